/** Which of a picture's sizes the screens show. */
import type { Image, Size } from '../api/types';

export interface PictureSource {
  src: string;
  srcset: string;
}

const CARD_PIXELS = 240;
const DENSE_CARD_PIXELS = 320;
const LARGE_PIXELS = 1024;

/** For a card: 240 pixels, and 320 on dense displays, as WebP where it exists. */
export function cardPicture(image: Image): PictureSource {
  const small = nearest(image.sizes, CARD_PIXELS);
  const dense = nearest(image.sizes, DENSE_CARD_PIXELS);
  if (!small || !dense) return { src: image.url, srcset: '' };
  return { src: webp(small), srcset: `${webp(small)} 1x, ${webp(dense)} 2x` };
}

/** For the lightbox: the largest size, or the original's address if there are no sizes. */
export function largePicture(image: Image): PictureSource {
  const large = nearest(image.sizes, LARGE_PIXELS);
  return { src: large ? webp(large) : image.url, srcset: '' };
}

/** The smallest size that is at least so wide, by name where pixels are unknown. */
function nearest(sizes: readonly Size[], width: number): Size | undefined {
  const byName = sizes.find((each) => each.name.startsWith(`${width}-`));
  return byName ?? sizes.find((each) => (each.width ?? 0) >= width) ?? sizes.at(-1);
}

function webp(size: Size): string {
  return size.formats['image/webp'] ?? size.url;
}
