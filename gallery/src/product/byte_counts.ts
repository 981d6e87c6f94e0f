/** Sizes of pictures in bytes, asked for with `HEAD` when the user wants to see them. */

const AT_ONCE = 4;

/**
 * Asks for the sizes of the addresses, and tells each as it arrives.
 *
 * @param found called with an address and its bytes; null if the answer did not say.
 */
export async function countBytes(
  urls: readonly string[],
  found: (url: string, bytes: number | null) => void,
  signal: AbortSignal,
): Promise<void> {
  const queue = [...urls];
  const work = async (): Promise<void> => {
    for (let url = queue.shift(); url !== undefined && !signal.aborted; url = queue.shift()) {
      const bytes = await bytesOf(url, signal);
      if (!signal.aborted) found(url, bytes);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function bytesOf(url: string, signal: AbortSignal): Promise<number | null> {
  try {
    const response = await fetch(url, { method: 'HEAD', credentials: 'omit', signal });
    const length = response.headers.get('Content-Length');
    return response.ok && length !== null ? Number(length) : null;
  } catch {
    return null;
  }
}
