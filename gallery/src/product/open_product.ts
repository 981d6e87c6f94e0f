import { signal } from '@preact/signals';
import type { Image as ImageRecord, ImageId } from '../api/types';
import type { Access } from '../session/session';
import { say } from '../text/announcer';
import { plural } from '../text/text';
import type { UploadFile } from '../uploads/upload_file';
import { Uploads } from '../uploads/uploads';
import { cardPicture } from './picture_choice';
import { ProductGallery } from './product_gallery';

/** A product that was opened in this tab. It goes on uploading while other screens are shown. */
export class OpenProduct {
  readonly gallery: ProductGallery;
  readonly uploads: Uploads;
  /** Addresses of local files that stand for pictures until those are complete. */
  readonly previews = signal<ReadonlyMap<ImageId, string>>(new Map());
  /** Images of uploads that the gallery has not shown yet. */
  private readonly arriving = new Set<ImageId>();
  /** Languages of texts that were added on the screen. */
  readonly addedLanguages = signal<readonly string[]>([]);

  constructor(
    readonly product: string,
    readonly access: Access,
  ) {
    const { shop, api } = access;
    if (shop === null) throw new Error('A product is opened in a shop.');
    this.gallery = new ProductGallery(product, api);
    this.uploads = new Uploads(api, product, shop.limits, {
      chosen: (ready, refused) => {
        const parts = [
          ready > 0 && plural('ready', ready),
          refused > 0 && plural('upload_failures', refused),
        ];
        say(parts.filter(Boolean).join('. '));
      },
      started: (count) => say(plural('upload_started', count)),
      added: (file) => void this.added(file),
      withdrawn: () => void this.gallery.refresh(),
      finished: (added, failed) => this.finished(added, failed),
    });
    this.gallery.images.subscribe((images) => this.dropPreviews(images));
  }

  /** The shop's main language, then the others in use, by code. */
  languages(): string[] {
    const main = this.access.shop?.language ?? 'en';
    const used = new Set(this.addedLanguages.value);
    for (const image of this.gallery.images.value.values()) {
      for (const code of Object.keys(image.translations)) used.add(code);
    }
    used.delete(main);
    return [main, ...[...used].sort()];
  }

  /** Shows the local file from the first moment: the sizes of a new picture are still being made. */
  private async added({ image, preview }: UploadFile): Promise<void> {
    if (image === null) return;
    this.arriving.add(image);
    this.previews.value = new Map(this.previews.peek()).set(image, preview);
    await this.gallery.refresh();
    this.arriving.delete(image);
    this.dropPreviews(this.gallery.images.peek());
  }

  private finished(added: number, failed: number): void {
    if (added > 0) say(plural('upload_finished', added));
    if (failed > 0) say(plural('upload_failures', failed));
  }

  /** Shows the stored picture instead of the local file, once the browser has loaded it. */
  private dropPreviews(images: ReadonlyMap<ImageId, ImageRecord>): void {
    for (const [id, url] of this.previews.peek()) {
      const image = images.get(id);
      if (image?.state === 'pending' || this.arriving.has(id)) continue;
      void loaded(image).then(() => {
        if (this.previews.peek().get(id) !== url) return;
        const previews = new Map(this.previews.peek());
        previews.delete(id);
        this.previews.value = previews;
        URL.revokeObjectURL(url);
      });
    }
  }
}

const opened = new Map<string, OpenProduct>();

/** The product in this shop; the same object each time. */
export function openProduct(access: Access, product: string): OpenProduct {
  const key = `${access.shop?.id} ${product}`;
  const known = opened.get(key) ?? new OpenProduct(product, access);
  opened.set(key, known);
  return known;
}

/** Whether something would be lost if the page were left now. */
export function hasUnsavedWork(): boolean {
  return [...opened.values()].some(
    ({ uploads, gallery }) => uploads.busy.peek() || gallery.saver.dirty,
  );
}

async function loaded(image: ImageRecord | undefined): Promise<void> {
  if (!image) return;
  const probe = new Image();
  probe.src = cardPicture(image).src;
  await probe.decode().catch(() => undefined);
}
