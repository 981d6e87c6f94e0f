import { seconds } from '../api/client';
import { Problem, isProblem } from '../api/problem';
import type { ShopApi } from '../api/shop_api';
import type { ImageId, NewFile, Upload, UploadForm } from '../api/types';
import { whenOnline } from '../session/network';
import type { UploadFile } from './upload_file';

const POLLS_SECONDS = [1, 2, 4, 8];
const SPARE_MILLISECONDS = 60_000;

/** One request for forms, and the watch over its files until they are settled. */
export class Batch {
  private key = crypto.randomUUID();
  private upload: Upload | null = null;
  private creating: Promise<Upload> | null = null;
  private watching = false;
  private polls = 0;
  private etag: string | null = null;

  /**
   * @param settled called when a file became an image or was rejected.
   * @param withdrawn called when a file that was cancelled too late is settled, and its image is
   *   deleted again. What it has replaced stays replaced.
   */
  constructor(
    private readonly api: ShopApi,
    private readonly product: string,
    private files: readonly UploadFile[],
    private readonly settled: (file: UploadFile) => void,
    private readonly withdrawn: () => void,
  ) {
    files.forEach((file, index) => (file.n = index + 1));
  }

  /** Whether there are forms: a refused request leaves no trace. */
  get created(): boolean {
    return this.upload !== null;
  }

  /**
   * The form of a file; null if the file itself was refused.
   *
   * @param fresh whether the form at hand was refused. The same request with the same key is
   *   answered with the same upload and new signatures.
   */
  async form(file: UploadFile, fresh = false): Promise<UploadForm | null> {
    const expired = this.upload !== null && nearlyOver(this.upload);
    if (this.upload === null || expired || fresh) {
      this.creating ??= this.create().finally(() => (this.creating = null));
      this.upload = await this.creating;
    }
    if (!this.files.includes(file)) return null;
    return this.upload.files.find((each) => each.n === file.n)?.post ?? null;
  }

  /** Asks for the state of the files until all that are stored are settled. */
  async watch(): Promise<void> {
    this.polls = 0;
    if (this.watching) return;
    this.watching = true;
    while (this.files.some((each) => each.state.peek() === 'checking' || each.unwanted)) {
      await seconds(POLLS_SECONDS[Math.min(this.polls, POLLS_SECONDS.length - 1)]!);
      this.polls += 1;
      await whenOnline();
      await this.look().catch(() => undefined);
    }
    this.watching = false;
  }

  private async create(): Promise<Upload> {
    const files = this.files.map((each): NewFile => ({
      name: each.name,
      type: each.type,
      bytes: each.file.size,
      ...(each.replaces === null ? {} : { replaces: each.replaces }),
    }));
    try {
      return await this.api.createUpload(this.product, files, this.key);
    } catch (error) {
      if (!(error instanceof Problem && this.rejectRefused(error))) throw error;
      return this.create();
    }
  }

  /** Rejects the files for which the request was refused; true if others are left to try. */
  private rejectRefused({ code, details }: Problem): boolean {
    const refused = new Map<UploadFile, string>();
    if (code === 'gallery_full') {
      for (const file of this.files.slice(details.room ?? 0)) refused.set(file, 'gallery_full');
    }
    for (const error of code === 'invalid_fields' ? (details.errors ?? []) : []) {
      const [, index, member] = /^\/files\/(\d+)\/(\w+)/.exec(error.pointer) ?? [];
      const file = this.files[Number(index)];
      if (file) refused.set(file, refusedMember(member, error.code));
    }
    for (const [file, reason] of refused) file.reject(reason);
    this.files = this.files.filter((each) => !refused.has(each));
    this.files.forEach((file, index) => (file.n = index + 1));
    this.key = crypto.randomUUID();
    return refused.size > 0 && this.files.length > 0;
  }

  private async look(): Promise<void> {
    if (this.upload === null) return;
    const { value, etag } = await this.api.upload(this.upload.id, this.etag);
    const unwanted: [UploadFile, ImageId | undefined][] = [];
    for (const file of this.files) {
      const now = value?.files.find((each) => each.n === file.n);
      if (!now || now.state === 'waiting') continue;
      if (file.unwanted) unwanted.push([file, now.image]);
      if (file.state.peek() !== 'checking') continue;
      if (now.state === 'done') {
        file.image = now.image ?? null;
        file.state.value = 'done';
      } else if (now.state === 'rejected') file.reject(now.reason?.code ?? 'other');
      else file.fail('expired');
      this.settled(file);
    }
    for (const [file, image] of unwanted) await this.withdraw(file, image);
    this.etag = etag;
  }

  private async withdraw(file: UploadFile, image: ImageId | undefined): Promise<void> {
    if (image !== undefined && file.replaces === null) {
      await this.api.deleteImage(this.product, image).catch((error: unknown) => {
        if (!isProblem(error, 'not_found')) throw error;
      });
    }
    file.unwanted = false;
    this.withdrawn();
  }
}

function nearlyOver(upload: Upload): boolean {
  return Date.parse(upload.expires_at) - Date.now() < SPARE_MILLISECONDS;
}

function refusedMember(member: string | undefined, code: string): string {
  if (member === 'bytes') return code === 'empty' ? 'empty' : 'too_large';
  if (member === 'name') return 'bad_name';
  if (member === 'replaces') return 'replaced_image_gone';
  return code === 'heic' || code === 'svg' ? code : 'type';
}
