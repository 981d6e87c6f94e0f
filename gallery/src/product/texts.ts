/** The texts of images: reading, saving, and drafts that outlive an ended link. */
import type { Image, ImageId } from '../api/types';
import type { ProductGallery } from './product_gallery';

export const MOST_CHARACTERS = 1000;

const DRAFTS = 'vitrine.draft';

/** The text in a language; `main` is the shop's main language. */
export function textOf(image: Image, language: string, main: string): string {
  return language === main ? image.alt : (image.translations[language] ?? '');
}

/** Stores a text; an empty translation is removed. */
export async function saveText(
  gallery: ProductGallery,
  image: ImageId,
  language: string,
  main: string,
  value: string,
): Promise<void> {
  const patch =
    language === main
      ? { alt: value }
      : { translations: { [language]: value === '' ? null : value } };
  await gallery.patch(image, patch);
}

/** Keeps a text that could not be saved, or forgets it if it is null. */
export function keepDraft(
  shop: string,
  image: ImageId,
  language: string,
  value: string | null,
): void {
  const key = draftKey(shop, image, language);
  if (value === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, value);
}

export function draftOf(shop: string, image: ImageId, language: string): string | null {
  return sessionStorage.getItem(draftKey(shop, image, language));
}

/** What an image is called where its position does not say enough. */
export function nameOf(image: Image): string {
  return image.alt || image.file_name || String(image.id);
}

function draftKey(shop: string, image: ImageId, language: string): string {
  return `${DRAFTS} ${shop} ${image} ${language}`;
}
