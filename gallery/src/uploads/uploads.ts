import { computed, signal } from '@preact/signals';
import { seconds } from '../api/client';
import { Problem, UnreachableError } from '../api/problem';
import type { ShopApi } from '../api/shop_api';
import type { ImageId, Shop } from '../api/types';
import { moved } from '../product/order';
import { online, whenOnline } from '../session/network';
import { Batch } from './batch';
import type { FoundFile } from './files';
import { refusal } from './files';
import { StorageError, post } from './transfer';
import { UploadFile } from './upload_file';

const AT_ONCE = 3;
const RETRY_SECONDS = [1, 4];

/** What happens around a product's uploads. */
export interface UploadEvents {
  /** Files wait for the start; others were refused at once. */
  chosen(ready: number, refused: number): void;
  started(count: number): void;
  /** A file became an image. */
  added(file: UploadFile): void;
  /** A file that was cancelled too late has changed the images after all, for a moment or for good. */
  withdrawn(): void;
  /** Nothing moves any more; counts since the last start. */
  finished(added: number, failed: number): void;
}

/** The files that are added to one product: chosen, sent three at a time, and settled. */
export class Uploads {
  readonly files = signal<readonly UploadFile[]>([]);
  /** Files that wait for the start, in the order in which they will stand. */
  readonly ready = computed(() => this.files.value.filter((each) => each.state.value === 'ready'));
  readonly moving = computed(() => this.files.value.filter((each) => each.moving.value));
  readonly busy = computed(() => this.moving.value.length > 0);
  /** Files of the running upload, and how many of them are settled. */
  readonly total = signal(0);
  readonly settled = signal(0);

  private readonly batches = new Map<UploadFile, Batch>();
  private queue: UploadFile[] = [];
  private running = 0;
  private added = 0;
  private failed = 0;

  constructor(
    private readonly api: ShopApi,
    private readonly product: string,
    private readonly limits: Shop['limits'],
    private readonly events: UploadEvents,
  ) {}

  /** Adds chosen files. One good file starts at once; several wait, so that they can be sorted. */
  choose(found: readonly FoundFile[]): void {
    const files = found.map(({ file }) => this.entered(new UploadFile(file)));
    this.files.value = [...this.files.peek(), ...files];
    const ready = this.ready.peek().length;
    if (ready === 1) this.start();
    else this.events.chosen(ready, files.filter((each) => each.state.peek() === 'rejected').length);
  }

  /** Sends a file that takes the place of an image. */
  replace(image: ImageId, file: File): void {
    const upload = this.entered(new UploadFile(file, image));
    this.files.value = [...this.files.peek(), upload];
    if (upload.state.peek() === 'ready') this.send([upload]);
  }

  /** Moves a file that is ready by so many places. */
  shift(file: UploadFile, by: number): void {
    const ready = this.ready.peek();
    const from = ready.indexOf(file);
    const to = from + by;
    if (from === -1 || to < 0 || to >= ready.length) return;
    const others = this.files.peek().filter((each) => !ready.includes(each));
    this.files.value = [...others, ...moved(ready, from, to)];
  }

  start(): void {
    this.send(this.ready.peek());
  }

  /** Sends a file that failed once more. */
  retry(file: UploadFile): void {
    if (file.state.peek() !== 'failed') return;
    if (this.batches.get(file)?.created) this.begin([file]);
    else this.send([file]);
  }

  cancel(file: UploadFile): void {
    const wasMoving = file.moving.peek();
    file.cancel();
    this.remove(file);
    if (wasMoving) this.settle(file);
  }

  cancelAll(): void {
    for (const file of [...this.ready.peek(), ...this.moving.peek()]) this.cancel(file);
  }

  /** Takes files that are not moving out of the list. */
  remove(...gone: UploadFile[]): void {
    this.files.value = this.files.peek().filter((each) => !gone.includes(each));
    for (const file of gone) if (file.image === null) URL.revokeObjectURL(file.preview);
  }

  private entered(upload: UploadFile): UploadFile {
    const reason = refusal(upload.file, this.limits);
    if (reason !== null) upload.reject(reason);
    return upload;
  }

  private send(files: readonly UploadFile[]): void {
    for (let at = 0; at < files.length; at += this.limits.files) {
      const part = files.slice(at, at + this.limits.files);
      const batch = new Batch(
        this.api,
        this.product,
        part,
        (file) => this.settle(file),
        () => this.events.withdrawn(),
      );
      for (const file of part) this.batches.set(file, batch);
    }
    this.begin(files);
  }

  private begin(files: readonly UploadFile[]): void {
    if (files.length === 0) return;
    if (!this.busy.peek()) {
      this.total.value = this.settled.value = 0;
      this.added = this.failed = 0;
    }
    this.total.value += files.length;
    for (const file of files) {
      file.progress.value = 0;
      file.reason.value = null;
      file.state.value = 'waiting';
    }
    this.queue.push(...files);
    this.events.started(files.length);
    this.fill();
  }

  private fill(): void {
    const most = savesData() ? 1 : AT_ONCE;
    while (this.running < most && this.queue.length > 0) {
      const file = this.queue.shift()!;
      if (file.state.peek() !== 'waiting') continue;
      this.running += 1;
      void this.transfer(file).finally(() => {
        this.running -= 1;
        this.fill();
      });
    }
  }

  private async transfer(file: UploadFile): Promise<void> {
    const batch = this.batches.get(file)!;
    try {
      await this.attempts(file, batch);
      if (file.state.peek() === 'rejected') this.settle(file);
      if (file.state.peek() !== 'sending') return;
      file.state.value = 'checking';
      void batch.watch();
    } catch (error) {
      if (file.state.peek() === 'cancelled') return;
      fail(file, error);
      this.settle(file);
    }
  }

  /** Sends a file; retries twice what may be transient, and once with a new form. */
  private async attempts(file: UploadFile, batch: Batch): Promise<void> {
    let renewed = false;
    for (let attempt = 0; ; attempt += 1) {
      await this.connected(file);
      try {
        const form = await batch.form(file);
        if (form === null || file.state.peek() === 'cancelled') return;
        file.state.value = 'sending';
        return await post(
          form,
          file.file,
          (share) => (file.progress.value = share),
          file.cancelling.signal,
        );
      } catch (error) {
        if (file.state.peek() === 'cancelled') return;
        if (error instanceof StorageError && error.status === 403 && !renewed) {
          renewed = true;
          await batch.form(file, true);
        } else if (!online.peek()) {
          attempt -= 1; // the cut is no failure of this attempt
        } else if (transient(error) && attempt < RETRY_SECONDS.length) {
          await seconds(RETRY_SECONDS[attempt]!);
        } else throw error;
      }
    }
  }

  private async connected(file: UploadFile): Promise<void> {
    if (online.peek()) return;
    file.state.value = 'paused';
    await whenOnline();
  }

  private settle(file: UploadFile): void {
    this.settled.value += 1;
    if (file.state.peek() === 'done') {
      this.added += 1;
      this.events.added(file);
      this.remove(file);
    } else if (file.state.peek() !== 'cancelled') this.failed += 1;
    if (!this.busy.peek()) this.events.finished(this.added, this.failed);
  }
}

function fail(file: UploadFile, error: unknown): void {
  if (error instanceof StorageError && !error.transient) file.reject(error.reason);
  else if (file.state.peek() !== 'rejected') {
    file.fail(error instanceof Problem ? error.code : 'connection');
  }
}

function transient(error: unknown): boolean {
  return error instanceof StorageError ? error.transient : error instanceof UnreachableError;
}

/** Whether the user asks for little traffic; not every browser tells. */
function savesData(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return connection?.saveData ?? false;
}
