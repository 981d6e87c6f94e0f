import { seconds } from '../api/client';
import type { ImageId } from '../api/types';
import type { ProductGallery } from './product_gallery';

const POLL_SECONDS = 2;

/** Removes a picture from everywhere, and returns when the delivery network has forgotten it. */
export async function takeDown(gallery: ProductGallery, image: ImageId): Promise<void> {
  const { api, product } = gallery;
  let { id, state } = await api.createTakeDown(product, image, crypto.randomUUID());
  gallery.remove(image);
  void gallery.refresh();
  while (state !== 'done') {
    await seconds(POLL_SECONDS);
    ({ state } = await api.takeDown(id));
  }
}
