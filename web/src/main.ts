import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { configureClient } from './api/client.ts';
import { i18n } from './i18n/index.ts';
import { router } from './router.ts';
import { useClock } from './stores/clock.ts';
import { usePrefs } from './stores/prefs.ts';
import { useSession } from './stores/session.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/fields.css';
import './styles/element.css';

const app = createApp(App).use(createPinia()).use(i18n);

const prefs = usePrefs();
const session = useSession();
configureClient({
  language: () => prefs.language,
  onSignedOut: () => {
    session.lost();
    const here = router.currentRoute.value;
    if (here.name !== 'sign-in')
      void router.push({ name: 'sign-in', query: here.fullPath === '/' ? {} : { next: here.fullPath } });
  },
});

await prefs.start();
useClock().start();
app.use(router).mount('#app');
// After the first paint: a system with a Chinese font of its own uses that, and fetches none of the slices.
void import('./styles/fonts.ts');
