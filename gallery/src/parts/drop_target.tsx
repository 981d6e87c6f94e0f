import { useLayoutEffect, useState } from 'preact/hooks';
import { text } from '../text/text';
import type { FoundFile } from '../uploads/files';
import { fromDrop, fromList } from '../uploads/files';

interface Props {
  product: string;
  onFiles: (files: readonly FoundFile[]) => void;
}

/** Takes files that are dropped anywhere on the page, or pasted. */
export function DropTarget({ product, onFiles }: Props) {
  const [over, setOver] = useState(false);
  // As soon as the screen can be seen: a file that is dropped earlier would be lost.
  useLayoutEffect(() => {
    const onDrag = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      void fromDrop(event.dataTransfer).then(onFiles);
    };
    const onPaste = (event: ClipboardEvent): void => {
      const files = event.clipboardData?.files;
      if (!files?.length) return;
      event.preventDefault();
      onFiles(fromList(files));
    };
    document.addEventListener('dragover', onDrag);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('dragover', onDrag);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
      document.removeEventListener('paste', onPaste);
    };
  }, [product]);
  return over ? (
    <div class="drop-over">
      <p>{text('drop_here', { product })}</p>
    </div>
  ) : null;
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
