import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PictureSource } from '../product/picture_choice';
import { text } from '../text/text';
import type { Placeholder } from './placeholder';
import { hidePlaceholder, showPlaceholder } from './placeholder';

const RETRIES_SECONDS = [1, 2, 4];

interface Props extends Placeholder {
  source: PictureSource;
  /** Text alternative; empty where text beside the picture says the same. */
  alt: string;
  /** Pixels as displayed, for the final shape before the picture arrives. */
  width: number | null;
  height: number | null;
  /** Shown if the picture cannot be loaded. */
  name: string;
  /** Loads at once instead of near the visible part of the page. */
  eager?: boolean;
  /** Value of `sizes` for a `srcset` with widths. */
  sizes?: string;
}

/** A picture in its final shape from the start. It is asked for again if it fails to load. */
export function Picture(props: Props) {
  const { source, width, height, colour, thumbhash } = props;
  const [failures, setFailures] = useState(0);
  const [waiting, setWaiting] = useState(false);
  const element = useRef<HTMLImageElement>(null);
  const shape = !width || !height ? 'unknown' : width >= height ? 'wide' : 'tall';
  const failed = failures > RETRIES_SECONDS.length;

  const [shown, setShown] = useState(source.src);
  if (shown !== source.src) {
    setShown(source.src);
    setFailures(0);
    setWaiting(false);
  }
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(() => setWaiting(false), RETRIES_SECONDS[failures - 1]! * 1000);
    return () => clearTimeout(timer);
  }, [failures, waiting]);
  useLayoutEffect(() => {
    const image = element.current;
    if (!image) return;
    if (!(image.complete && image.naturalWidth > 0)) showPlaceholder(image, { colour, thumbhash });
  }, [source.src, width, height, colour, thumbhash, failures, waiting]);

  if (failed) {
    return (
      <div
        class="broken"
        ref={(node) => void (node && showPlaceholder(node, { colour, thumbhash }))}
      >
        <p>
          <bdi>{props.name}</bdi> {text('image_fallback')}
        </p>
        <button type="button" class="button" onClick={() => setFailures(0)}>
          {text('try_again')}
        </button>
      </div>
    );
  }
  return (
    <img
      key={`${source.src} ${failures} ${waiting}`}
      ref={element}
      class={`picture ${shape}`}
      src={waiting ? undefined : source.src}
      srcset={waiting || source.srcset === '' ? undefined : source.srcset}
      sizes={props.sizes}
      alt={props.alt}
      width={width ?? undefined}
      height={height ?? undefined}
      loading={props.eager ? 'eager' : 'lazy'}
      decoding="async"
      draggable={false}
      onLoad={({ currentTarget }) => hidePlaceholder(currentTarget)}
      onError={() => {
        setFailures(failures + 1);
        setWaiting(failures < RETRIES_SECONDS.length);
      }}
    />
  );
}
