import type { UploadForm } from '../api/types';

/** The storage's answer to a form. */
export class StorageError extends Error {
  /**
   * @param status of the answer; 0 if there was none.
   * @param code of the storage's XML error, such as `EntityTooLarge`; empty if there was none.
   */
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`${status} ${code}`);
    this.name = 'StorageError';
  }

  /** Whether another attempt may succeed. */
  get transient(): boolean {
    return this.status === 0 || this.status >= 500 || this.code === 'RequestTimeout';
  }

  /** The reason to show for a final refusal. */
  get reason(): string {
    return this.code === 'EntityTooLarge' ? 'too_large' : 'refused';
  }
}

/**
 * Posts a file with a presigned form. XHR and not fetch, because fetch reports no upload progress.
 *
 * @param progress called with the share that is sent, from 0 to 1.
 * @throws StorageError the storage refused it, or did not answer.
 * @throws DOMException `AbortError`: the signal was raised.
 */
export function post(
  form: UploadForm,
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append('file', file); // the storage ignores fields after the file
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    signal.addEventListener('abort', abort, { once: true });
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new StorageError(request.status, errorCode(request.responseText)));
    };
    request.onerror = () => reject(new StorageError(0, ''));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    request.onloadend = () => signal.removeEventListener('abort', abort);
    request.open('POST', form.url);
    request.send(body);
  });
}

// The error is read as text: parsing XML would be a sink for Trusted Types.
function errorCode(xml: string): string {
  return /<Code>(\w+)<\/Code>/.exec(xml)?.[1] ?? '';
}
