import { seconds } from '../api/client';
import type { ImageId } from '../api/types';
import type { ProductGallery } from './product_gallery';

const POLLS_SECONDS = [1, 2, 4, 8, 15, 30];

/**
 * Removes a picture from everywhere, and returns when the delivery network was told.
 *
 * @param key the same for each attempt, so that a second one does not fail after a lost answer.
 * @param closed ends the watch: the take-down goes on without it.
 */
export async function takeDown(
  gallery: ProductGallery,
  image: ImageId,
  key: string,
  closed: AbortSignal,
): Promise<void> {
  const { api, product } = gallery;
  let { id, state } = await api.createTakeDown(product, image, key);
  gallery.remove(image);
  void gallery.refresh();
  for (let polls = 0; state !== 'done' && !closed.aborted; polls += 1) {
    await seconds(POLLS_SECONDS[Math.min(polls, POLLS_SECONDS.length - 1)]!);
    if (closed.aborted) return;
    const now = await api.takeDown(id).catch(() => null);
    state = now?.state ?? state;
  }
}
