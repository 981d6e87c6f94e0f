import { computed, signal } from '@preact/signals';
import type { ImageId } from '../api/types';
import { typeOf } from './files';

/**
 * `ready`: waits for the start; `waiting`: for its turn; `sending`; `paused`: for the network;
 * `checking`: stored, not settled; `done`; `failed`: may be tried again; `rejected`: final.
 */
export type UploadState =
  | 'ready'
  | 'waiting'
  | 'sending'
  | 'paused'
  | 'checking'
  | 'done'
  | 'failed'
  | 'rejected'
  | 'cancelled';

/** A chosen file on its way. Files are told apart by this object, never by name. */
export class UploadFile {
  readonly state = signal<UploadState>('ready');
  /** Share that is sent, from 0 to 1. */
  readonly progress = signal(0);
  /** The code of the reason for `failed` and `rejected`. */
  readonly reason = signal<string | null>(null);
  readonly type: string;
  /** An address of the local file, to show it. */
  readonly preview: string;
  /** Number in its batch, from 1. */
  n = 0;
  image: ImageId | null = null;
  /** Whether it was cancelled after it was stored: the image that it becomes is to be deleted. */
  unwanted = false;
  readonly cancelling = new AbortController();

  /** Whether it may be cancelled. */
  readonly moving = computed(() =>
    ['waiting', 'sending', 'paused', 'checking'].includes(this.state.value),
  );

  constructor(
    readonly file: File,
    readonly replaces: ImageId | null = null,
  ) {
    this.type = typeOf(file);
    this.preview = URL.createObjectURL(file);
  }

  get name(): string {
    return this.file.name;
  }

  reject(reason: string): void {
    this.reason.value = reason;
    this.state.value = 'rejected';
  }

  fail(reason: string): void {
    this.reason.value = reason;
    this.state.value = 'failed';
  }

  cancel(): void {
    if (!this.moving.peek() && this.state.peek() !== 'ready') return;
    this.unwanted = this.state.peek() === 'checking';
    this.state.value = 'cancelled';
    this.cancelling.abort();
  }
}
