import { signal } from '@preact/signals';

/** Whether the browser has a network. */
export const online = signal(navigator.onLine);

/** Follows the browser's network state. */
export function watchNetwork(): void {
  addEventListener('online', () => (online.value = true));
  addEventListener('offline', () => (online.value = false));
}

/** Resolves when there is a network: at once, or when it returns. */
export function whenOnline(): Promise<void> {
  if (online.value) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = online.subscribe((now) => {
      if (!now) return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
}
