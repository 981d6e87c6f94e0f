import { batch, computed, signal } from '@preact/signals';
import type { ShopApi } from '../api/shop_api';
import type { Image, ImageId, ImagePatch, Order, ProductImages } from '../api/types';
import { merged, moved, same } from './order';
import type { OrderTarget } from './order_saver';
import { OrderSaver } from './order_saver';

const POLLS_SECONDS = [1, 2, 2, 4, 8, 15, 30];

/** The images of one product as the screen shows them. */
export class ProductGallery implements OrderTarget {
  readonly status = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly error = signal<unknown>(null);
  /** All images by id, with those whose deletion waits. */
  readonly images = signal<ReadonlyMap<ImageId, Image>>(new Map());
  readonly ids = signal<readonly ImageId[]>([]);
  /** Images that are shown as deleted. */
  readonly leaving = signal<ReadonlySet<ImageId>>(new Set());
  readonly saver: OrderSaver;

  /** The images on the screen, in order. */
  readonly shown = computed(() =>
    this.ids.value
      .filter((id) => !this.leaving.value.has(id))
      .flatMap((id) => this.images.value.get(id) ?? []),
  );

  private orderEtag = '';
  private bodyEtag: string | null = null;
  /** Grows with each change of what is shown: answers asked for before are out of date. */
  private changes = 0;
  private patching: Promise<unknown> = Promise.resolve();
  private polls = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    readonly product: string,
    readonly api: ShopApi,
  ) {
    this.saver = new OrderSaver(this);
  }

  get order(): readonly ImageId[] {
    return this.ids.peek();
  }

  get etag(): string {
    return this.orderEtag;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /**
   * Loads the images; moves that are not saved stay on the screen. An answer that is older than
   * what is shown is dropped, and the images are loaded again.
   */
  async load(): Promise<void> {
    const { changes } = this;
    const { value, etag } = await this.api.images(this.product, this.bodyEtag);
    if (changes !== this.changes) return this.load();
    this.bodyEtag = etag;
    if (value !== null) this.show(value);
    this.poll();
  }

  /** Loads the images even if they seem unchanged. */
  async reload(): Promise<void> {
    this.bodyEtag = null;
    await this.load();
  }

  /** Loads the images, and shows a failure in their place. */
  async open(): Promise<void> {
    this.closed = false;
    if (this.status.peek() !== 'ready') this.status.value = 'loading';
    try {
      await this.load();
    } catch (error) {
      this.error.value = error;
      if (this.status.peek() !== 'ready') this.status.value = 'failed';
    }
  }

  /** Loads the images again, to see what has changed; a failure changes nothing. */
  async refresh(): Promise<void> {
    this.polls = 0;
    await this.load().catch(() => undefined);
  }

  /** Moves an image among those on the screen; positions are from 0. */
  move(id: ImageId, to: number): void {
    const visible = this.shown.peek().map((each) => each.id);
    const from = visible.indexOf(id);
    const target = Math.max(0, Math.min(visible.length - 1, to));
    if (from === -1 || from === target) return;
    this.arrange(moved(visible, from, target));
  }

  /** Shows the images in this order; others stay where they are. */
  arrange(visible: readonly ImageId[]): void {
    this.ids.value = merged(visible, this.ids.peek());
  }

  /** Changes an image's record, after all changes that were asked for before. */
  patch(id: ImageId, patch: ImagePatch): Promise<void> {
    const patched = this.patching
      .catch(() => undefined)
      .then(() => this.api.patchImage(this.product, id, patch))
      .then((image) => this.put(image));
    this.patching = patched;
    return patched;
  }

  private put(image: Image): void {
    const images = new Map(this.images.peek());
    if (image.thumbnail) {
      for (const other of images.values()) {
        if (other.thumbnail) images.set(other.id, { ...other, thumbnail: false });
      }
    }
    this.images.value = images.set(image.id, image);
    this.changed();
  }

  putOrder(order: readonly ImageId[], etag: string): Promise<Order> {
    return this.api.putOrder(this.product, order, etag);
  }

  /** Takes the ETag of the order that the API has stored. */
  stored(order: Order): void {
    this.orderEtag = order.etag;
    this.changed();
  }

  /** Shows an image as deleted, or shows it again. */
  setLeaving(id: ImageId, leaving: boolean): void {
    const ids = new Set(this.leaving.peek());
    if (leaving) ids.add(id);
    else ids.delete(id);
    this.leaving.value = ids;
  }

  /** Forgets an image that is deleted. */
  remove(id: ImageId): void {
    batch(() => {
      this.ids.value = this.ids.peek().filter((each) => each !== id);
      this.setLeaving(id, false);
    });
    this.changed();
  }

  private changed(): void {
    this.changes += 1;
    this.bodyEtag = null;
  }

  private show(answer: ProductImages): void {
    const stored = answer.order.images;
    const order = this.saver.dirty ? merged(this.ids.peek(), stored) : stored;
    this.changes += 1;
    batch(() => {
      this.images.value = new Map(answer.images.map((each) => [each.id, each]));
      if (!same(order, this.ids.peek())) this.ids.value = order;
      this.status.value = 'ready';
    });
    this.orderEtag = answer.order.etag;
  }

  /** Looks again, less and less often, while sizes are being made. */
  private poll(): void {
    clearTimeout(this.timer);
    const pending = [...this.images.peek().values()].some((each) => each.state === 'pending');
    if (!pending || this.closed) return;
    const pause = POLLS_SECONDS[Math.min(this.polls, POLLS_SECONDS.length - 1)]!;
    this.polls += 1;
    this.timer = setTimeout(() => void this.load().catch(() => this.poll()), pause * 1000);
  }
}
