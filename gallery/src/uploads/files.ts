/** Files from a dialog, a drop or the clipboard: found, sorted, and checked before they are sent. */
import type { Shop } from '../api/types';

/** A file with its path below the dropped folder, which decides the order. */
export interface FoundFile {
  path: string;
  file: File;
}

const HEIC = /\.(heic|heif)$/i;
const SVG = /\.svgz?$/i;
const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  jpe: 'image/jpeg',
  jfif: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
};

/** For `accept`: without HEIC, so that phones convert their photographs. */
export const ACCEPTED = 'image/jpeg,image/png,image/gif,image/webp,image/bmp';

/** Files as a dialog or the clipboard gives them. */
export function fromList(list: Iterable<File>): FoundFile[] {
  return sorted([...list].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** Files and the contents of folders that were dropped. */
export async function fromDrop(transfer: DataTransfer): Promise<FoundFile[]> {
  // The list is emptied after the event, so entries are taken before the first await.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return fromList(transfer.files);
  return sorted((await Promise.all(entries.map(filesBelow))).flat());
}

/** The media type to declare: the browser's, else by the name's extension, else none. */
export function typeOf(file: File): string {
  const extension = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const declared = file.type === 'image/x-ms-bmp' ? 'image/bmp' : file.type;
  return declared || (TYPES[extension] ?? '');
}

/** The code of the reason for which the shop would refuse the file, or null. */
export function refusal(file: File, limits: Shop['limits']): string | null {
  const type = typeOf(file);
  if (HEIC.test(file.name) || /hei[cf]/.test(type)) return 'heic';
  if (SVG.test(file.name) || type === 'image/svg+xml') return 'svg';
  if (file.size === 0) return 'empty';
  if (!limits.formats.includes(type)) return type.startsWith('image/') ? 'type' : 'not_a_picture';
  if (file.size > limits.bytes) return 'too_large';
  return null;
}

// Browsers do not keep the order of a selection, so names decide: 2.jpg stands before 10.jpg.
function sorted(files: FoundFile[]): FoundFile[] {
  const collator = new Intl.Collator(undefined, { numeric: true });
  return files.sort((one, other) => collator.compare(one.path, other.path));
}

async function filesBelow(entry: FileSystemEntry): Promise<FoundFile[]> {
  if (entry.name.startsWith('.')) return [];
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: entry.fullPath, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FoundFile[] = [];
  // A reader gives at most 100 entries at a time, and an empty list at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return found;
    found.push(...(await Promise.all(entries.map(filesBelow))).flat());
  }
}
