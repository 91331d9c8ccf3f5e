import { createRouter, createWebHistory } from 'vue-router';
import { lastBoard } from './live/lastBoard.ts';
import { useSession } from './stores/session.ts';

/** The rooms of the console. Every room but the front ones is fetched when it is entered. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./rooms/SignIn.vue'), meta: { open: true, bare: true } },
    { path: '/', name: 'alerts', component: () => import('./rooms/AlertBoard.vue'), meta: { title: 'nav.alerts' } },
    { path: '/alerts/:id', name: 'alert', component: () => import('./rooms/AlertPage.vue'), meta: { title: 'alert.title' } },
    { path: '/gates', name: 'gates', component: () => import('./rooms/GateBoard.vue'), meta: { title: 'nav.gates' } },
    { path: '/map', name: 'map', component: () => import('./rooms/MapRoom.vue'), meta: { title: 'nav.map' } },
    {
      path: '/vehicles/:number/:colour',
      name: 'vehicle',
      component: () => import('./rooms/VehicleStory.vue'),
      meta: { title: 'vehicle.title' },
    },
    { path: '/:rest(.*)*', name: 'not-found', component: () => import('./rooms/NotFound.vue'), meta: { open: true } },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach(async (to) => {
  if (to.meta['open'] === true) return true;
  const session = useSession();
  // Without an answer the shell comes up all the same and says that the platform is away.
  const user = await session.ask().catch(() => 'unreachable' as const);
  if (user !== null) return true;
  return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
});

router.afterEach((to, from) => {
  if (from.name !== 'alerts' || to.name === 'alerts') return;
  const { open: _open, ...filters } = from.query;
  lastBoard.value = filters;
});
