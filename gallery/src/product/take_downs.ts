import { seconds } from '../api/client';
import type { ImageId } from '../api/types';
import type { ProductGallery } from './product_gallery';

const POLL_SECONDS = 2;

/**
 * Removes a picture from everywhere, and returns when the delivery network was told.
 *
 * @param key the same for each attempt, so that a second one does not fail after a lost answer.
 */
export async function takeDown(
  gallery: ProductGallery,
  image: ImageId,
  key: string,
): Promise<void> {
  const { api, product } = gallery;
  let { id, state } = await api.createTakeDown(product, image, key);
  gallery.remove(image);
  void gallery.refresh();
  while (state !== 'done') {
    await seconds(POLL_SECONDS);
    const now = await api.takeDown(id).catch(() => null); // it goes on without being watched
    state = now?.state ?? state;
  }
}
