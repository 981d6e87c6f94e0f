import { text } from '../text/text';
import type { UploadFile } from '../uploads/upload_file';

/** The new picture beside the old one, while it is on its way. */
export function Replacing({ upload }: { upload: UploadFile }) {
  if (!upload.moving.value) return null;
  return (
    <div class="replacing">
      <img src={upload.preview} alt="" />
      <p>{text('replacing')}</p>
      <progress value={upload.progress} aria-label={text('progress_of', { name: upload.name })} />
    </div>
  );
}
