import { signal } from '@preact/signals';
import { isProblem } from '../api/problem';
import type { ImageId, Order } from '../api/types';
import { whenOnline } from '../session/network';
import { merged } from './order';

const PAUSE_MILLISECONDS = 600;

/** What the saver needs of its gallery. */
export interface OrderTarget {
  /** The order on the screen, with images whose deletion waits. */
  readonly order: readonly ImageId[];
  readonly etag: string;
  /** Loads the gallery, and merges it with the order on the screen unless that is saved. */
  reload(): Promise<void>;
  putOrder(order: readonly ImageId[], etag: string): Promise<Order>;
  stored(order: Order): void;
}

export type OrderState = 'saved' | 'unsaved' | 'saving' | 'contested' | 'failed';

/** Saves the order some time after the last move, one request at a time. */
export class OrderSaver {
  readonly state = signal<OrderState>('saved');
  /** Why saving failed. */
  readonly error = signal<unknown>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly target: OrderTarget) {}

  /** Whether the order on the screen differs from the stored one. */
  get dirty(): boolean {
    return this.state.peek() !== 'saved';
  }

  /** Waits while an image is lifted: the order is not final. */
  hold(): void {
    clearTimeout(this.timer);
    if (this.state.peek() === 'saved') this.state.value = 'unsaved';
  }

  /** Ends `hold` where nothing has changed. */
  release(): void {
    if (this.state.peek() === 'unsaved') this.state.value = 'saved';
  }

  /** Notes a move. */
  schedule(): void {
    clearTimeout(this.timer);
    if (this.state.peek() !== 'saving') this.state.value = 'unsaved';
    this.timer = setTimeout(() => void this.save(), PAUSE_MILLISECONDS);
  }

  /** Sends the order on the screen; after a 412, merges with the present one and sends it again. */
  async save(): Promise<void> {
    if (this.state.peek() === 'saving') return this.schedule();
    clearTimeout(this.timer);
    this.state.value = 'saving';
    try {
      await whenOnline();
      await this.send();
    } catch (error) {
      this.error.value = error;
      this.state.value = isConflict(error) ? 'contested' : 'failed';
    }
  }

  /** Drops my order and shows the stored one. */
  async takeTheirs(): Promise<void> {
    clearTimeout(this.timer);
    this.state.value = 'saved';
    try {
      await this.target.reload();
    } catch {
      this.state.value = 'contested';
    }
  }

  private async send(): Promise<void> {
    let sent = this.target.order;
    let stored: Order;
    try {
      stored = await this.target.putOrder(sent, this.target.etag);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.target.reload();
      sent = this.target.order;
      stored = await this.target.putOrder(sent, this.target.etag);
    }
    this.target.stored(stored);
    const movedMeanwhile = merged(this.target.order, sent).some((each, at) => each !== sent[at]);
    this.state.value = 'saved';
    if (movedMeanwhile) this.schedule();
  }
}

function isConflict(error: unknown): boolean {
  return isProblem(error, 'stale') || isProblem(error, 'wrong_order');
}
