import { useEffect, useState } from 'preact/hooks';
import type { Image } from '../api/types';
import { takeDown } from '../product/take_downs';
import type { ProductGallery } from '../product/product_gallery';
import { text } from '../text/text';
import { Dialog } from './dialog';
import { errorText } from './failure';

interface Props {
  gallery: ProductGallery;
  image: Image;
  onClose: () => void;
}

/** Asks before a picture is removed from everywhere, and tells what remains. */
export function TakeDownDialog({ gallery, image, onClose }: Props) {
  const [state, setState] = useState<'asking' | 'working' | 'done'>('asking');
  const [key] = useState(() => crypto.randomUUID());
  const [closed] = useState(() => new AbortController());
  useEffect(() => () => closed.abort(), []);
  const [error, setError] = useState<unknown>(null);
  const confirm = async (): Promise<void> => {
    setState('working');
    setError(null);
    try {
      await takeDown(gallery, image.id, key, closed.signal);
      setState('done');
    } catch (failure) {
      setError(failure);
      setState('asking');
    }
  };
  return (
    <Dialog title={text('take_down_title')} onClose={onClose}>
      <p class="small">
        <bdi>{image.file_name}</bdi>
      </p>
      {state === 'asking' && (
        <>
          <p>{text('take_down_body')}</p>
          <p>{text('take_down_browsers')}</p>
        </>
      )}
      <p role="status">
        {state === 'working' && text('take_down_working')}
        {state === 'done' && text('take_down_done')}
      </p>
      {error !== null && (
        <p class="bad" role="alert">
          {errorText(error)}
        </p>
      )}
      <div class="dialog-tools">
        {state === 'asking' && (
          <button type="button" class="button danger" onClick={() => void confirm()}>
            {text('take_down_confirm')}
          </button>
        )}
        <button type="button" class="button" onClick={onClose}>
          {text(state === 'asking' ? 'cancel' : 'close')}
        </button>
      </div>
    </Dialog>
  );
}
