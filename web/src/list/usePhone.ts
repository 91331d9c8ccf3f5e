import { onBeforeUnmount, ref, type Ref } from 'vue';

/** Whether the page is as narrow as a phone, now and when it is turned. */
export function usePhone(): Ref<boolean> {
  const media = matchMedia('(max-width: 720px)');
  const phone = ref(media.matches);
  const change = () => void (phone.value = media.matches);
  media.addEventListener('change', change);
  onBeforeUnmount(() => media.removeEventListener('change', change));
  return phone;
}
