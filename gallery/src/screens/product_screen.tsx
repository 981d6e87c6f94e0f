import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isProblem } from '../api/problem';
import type { Image } from '../api/types';
import { Card } from '../parts/card';
import { cardActions, moveImage } from '../parts/card_actions';
import { DropTarget } from '../parts/drop_target';
import { Failure } from '../parts/failure';
import { FileButton } from '../parts/file_button';
import { LanguageDialog } from '../parts/language_dialog';
import { Lightbox } from '../parts/lightbox';
import { MoveDialog } from '../parts/move_dialog';
import { OrderStrip } from '../parts/order_strip';
import { Screen } from '../parts/screen';
import { TakeDownDialog } from '../parts/take_down_dialog';
import { UploadPanel } from '../parts/upload_panel';
import { allowDragging } from '../product/dragging';
import type { OpenProduct } from '../product/open_product';
import { openProduct } from '../product/open_product';
import { href } from '../session/router';
import type { Access } from '../session/session';
import { may } from '../session/session';
import { bytes, formatName, list } from '../text/formats';
import { plural, rich, text } from '../text/text';
import type { FoundFile } from '../uploads/files';

const MEGABYTE = 1_000_000;

type Shown =
  { dialog: 'view' | 'move' | 'take-down'; image: Image } | { dialog: 'language' } | null;

/** Screen B: the images of one product. */
export function ProductScreen({ access, product }: { access: Access; product: string }) {
  const open = useMemo(() => openProduct(access, product), [access.shop?.id, product]);
  const { gallery, uploads } = open;
  const [shown, setShown] = useState<Shown>(null);
  useEffect(() => {
    void gallery.open();
    return () => gallery.close();
  }, [gallery, access.token]);

  const status = gallery.status.value;
  const images = gallery.shown.value;
  const writes = may('images:write');
  const add = uploads.choose.bind(uploads);
  const unknown = status === 'failed' && isProblem(gallery.error.value, 'not_found');
  return (
    <Screen
      title={text('product', { product })}
      heading={
        <>
          <a class="back icon-back" href={href({ screen: 'products' })}>
            {text('back')}
          </a>
          {rich('product', { product: <bdi>{product}</bdi> })}
        </>
      }
      tools={
        status === 'ready' && (
          <div class="tools">
            <p class="count">{plural('images', images.length)}</p>
            {writes && images.length > 0 && (
              <button
                type="button"
                class="button icon-language"
                onClick={() => setShown({ dialog: 'language' })}
              >
                {text('add_language')}
              </button>
            )}
            {writes && images.length > 0 && <FileButton onFiles={add} />}
          </div>
        )
      }
    >
      {writes && !unknown && <DropTarget product={product} onFiles={add} />}
      <OrderStrip saver={gallery.saver} />
      <UploadPanel uploads={uploads} />
      {unknown ? (
        <div class="state empty">
          <p class="state-title">{text('unknown_product', { product })}</p>
          <p>{text('unknown_product_body')}</p>
        </div>
      ) : status === 'failed' ? (
        <Failure error={gallery.error.value} retry={() => void gallery.open()} />
      ) : status === 'loading' ? (
        <p class="state">{text('loading')}</p>
      ) : images.length === 0 ? (
        <Empty access={access} onFiles={writes ? add : null} />
      ) : (
        <Cards open={open} writes={writes} show={setShown} />
      )}
      <Dialogs open={open} shown={shown} show={setShown} />
    </Screen>
  );
}

interface CardsProps {
  open: OpenProduct;
  writes: boolean;
  show: (shown: Shown) => void;
}

function Cards({ open, writes, show }: CardsProps) {
  const { gallery } = open;
  const element = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    if (!writes || !element.current) return undefined;
    const idOf = (card: HTMLElement): number => Number(card.dataset['image']);
    const placeOf = (card: HTMLElement): number =>
      gallery.shown.peek().findIndex((each) => each.id === idOf(card));
    return allowDragging(element.current, placeOf, (card, to) => {
      gallery.move(idOf(card), to);
      gallery.saver.schedule();
    });
  }, [gallery, writes]);
  const images = gallery.shown.value;
  const languages = open.languages();
  return (
    <>
      {writes ? (
        <p id="move-help" class="unseen">
          {text('move_help')}
        </p>
      ) : (
        <p class="small">{text('read_only')}</p>
      )}
      <ol class="cards" ref={element} aria-label={text('gallery_label')}>
        {images.map((image, index) => (
          <Card
            key={image.id}
            open={open}
            image={image}
            position={index + 1}
            total={images.length}
            languages={languages}
            onView={() => show({ dialog: 'view', image })}
            actions={() =>
              cardActions(open, image, {
                moveTo: () => show({ dialog: 'move', image }),
                takeDown: () => show({ dialog: 'take-down', image }),
              })
            }
          />
        ))}
      </ol>
    </>
  );
}

interface EmptyProps {
  access: Access;
  /** Null if the link allows no additions. */
  onFiles: ((files: readonly FoundFile[]) => void) | null;
}

function Empty({ access, onFiles }: EmptyProps) {
  const { limits } = access.shop!;
  const formats = list(limits.formats.map(formatName));
  // Rounded down, so that the page never promises more than the shop takes.
  const most = bytes(Math.floor(limits.bytes / MEGABYTE) * MEGABYTE);
  return (
    <div class="state empty">
      <p class="state-title">{text('empty')}</p>
      {onFiles && (
        <>
          <p>{text('empty_body')}</p>
          <FileButton onFiles={onFiles} />
          <p class="small">{text('formats_taken', { formats, bytes: most })}</p>
        </>
      )}
    </div>
  );
}

interface DialogsProps {
  open: OpenProduct;
  shown: Shown;
  show: (shown: Shown) => void;
}

function Dialogs({ open, shown, show }: DialogsProps) {
  const close = (): void => show(null);
  const { gallery } = open;
  // A take-down removes its image; the other dialogs end with theirs.
  const about = shown?.dialog === 'view' || shown?.dialog === 'move' ? shown.image.id : null;
  const gone = about !== null && !gallery.shown.value.some((each) => each.id === about);
  useEffect(() => {
    if (gone) close();
  }, [gone]);
  if (shown === null || gone) return null;
  if (shown.dialog === 'language') {
    const add = (language: string): void => {
      open.addedLanguages.value = [...open.addedLanguages.peek(), language];
    };
    return <LanguageDialog used={open.languages()} onAdd={add} onClose={close} />;
  }
  const image = gallery.images.value.get(shown.image.id) ?? shown.image;
  switch (shown.dialog) {
    case 'view':
      return (
        <Lightbox
          open={open}
          image={image}
          onChange={(next) => show({ dialog: 'view', image: next })}
          onClose={close}
        />
      );
    case 'move':
      return (
        <MoveDialog
          gallery={gallery}
          image={image}
          onMove={(to) => moveImage(open, image, to)}
          onClose={close}
        />
      );
    case 'take-down':
      return <TakeDownDialog gallery={gallery} image={image} onClose={close} />;
  }
}
