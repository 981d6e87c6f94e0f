import { useRef } from 'preact/hooks';
import type { FoundFile } from '../uploads/files';
import { ACCEPTED, fromList } from '../uploads/files';
import { text } from '../text/text';

/** A button that opens the browser's file dialog. */
export function FileButton({ onFiles }: { onFiles: (files: readonly FoundFile[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="button primary icon-add" onClick={() => input.current?.click()}>
        {text('add_files')}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={ACCEPTED}
        onChange={({ currentTarget }) => {
          onFiles(fromList(currentTarget.files ?? []));
          currentTarget.value = '';
        }}
      />
    </>
  );
}

/** Asks for one file; resolves with null if none was chosen. */
export function chooseFile(): Promise<File | null> {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = ACCEPTED;
  return new Promise((resolve) => {
    input.onchange = () => resolve(input.files?.[0] ?? null);
    input.oncancel = () => resolve(null);
    input.click();
  });
}
