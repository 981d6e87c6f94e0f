import { batch, computed, signal } from '@preact/signals';
import type { ShopApi } from '../api/shop_api';
import type { Image, ImageId, Order, ProductImages } from '../api/types';
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
   * Loads the images.
   *
   * @param merge whether moves that are not saved stay on the screen.
   */
  async load(merge = this.saver.dirty): Promise<void> {
    const { value, etag } = await this.api.images(this.product, this.bodyEtag);
    this.bodyEtag = etag;
    if (value !== null) this.show(value, merge);
    this.poll();
  }

  /** Loads the images even if they seem unchanged. */
  async reload(merge: boolean): Promise<void> {
    this.bodyEtag = null;
    await this.load(merge);
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

  /** Takes a changed record, as the API has answered it. */
  put(image: Image): void {
    const images = new Map(this.images.peek());
    if (image.thumbnail) {
      for (const other of images.values()) {
        if (other.thumbnail) images.set(other.id, { ...other, thumbnail: false });
      }
    }
    this.images.value = images.set(image.id, image);
    this.bodyEtag = null;
  }

  putOrder(order: readonly ImageId[], etag: string): Promise<Order> {
    return this.api.putOrder(this.product, order, etag);
  }

  /** Takes the ETag of the order that the API has stored. */
  stored(order: Order): void {
    this.orderEtag = order.etag;
    this.bodyEtag = null;
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
    this.bodyEtag = null;
  }

  private show(answer: ProductImages, merge: boolean): void {
    const order = merge ? merged(this.ids.peek(), answer.order.images) : answer.order.images;
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
