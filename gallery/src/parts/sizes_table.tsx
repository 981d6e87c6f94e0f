import { useEffect, useState } from 'preact/hooks';
import type { Image } from '../api/types';
import { countBytes } from '../product/byte_counts';
import { bytes, formatName, pixels } from '../text/formats';
import { text } from '../text/text';
import { copy } from './copy';

interface Row {
  name: string;
  width: number | null;
  height: number | null;
  url: string;
  formats: Record<string, string>;
}

/** Every size of a picture in every format, with pixels, bytes and address. */
export function SizesTable({ image }: { image: Image }) {
  const [counts, setCounts] = useState<ReadonlyMap<string, number | null>>(new Map());
  const rows = rowsOf(image);
  const types = [...new Set(rows.flatMap((row) => Object.keys(row.formats)))];

  useEffect(() => {
    const closed = new AbortController();
    const urls = rows.slice(1).flatMap((row) => Object.values(row.formats));
    const found = (url: string, count: number | null): void =>
      setCounts((before) => new Map(before).set(url, count));
    void countBytes(urls, found, closed.signal);
    return () => closed.abort();
  }, [image.id, image.etag]);

  const cell = (row: Row, type: string): string => {
    const url = row.formats[type];
    if (url === undefined) return '–';
    const count = row.url === image.url ? image.bytes : counts.get(url);
    if (count === undefined) return '…';
    return count === null ? text('size_unknown') : bytes(count);
  };
  return (
    <div class="scroll" role="region" aria-label={text('sizes')} tabIndex={0}>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">{text('size')}</th>
            <th scope="col">{text('pixels')}</th>
            {types.map((type) => (
              <th key={type} scope="col">
                {formatName(type)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td>
                <bdi dir="ltr">{pixels(row.width, row.height)}</bdi>
              </td>
              {types.map((type) => (
                <td key={type}>{cell(row, type)}</td>
              ))}
              <td class="row-tools">
                <button
                  type="button"
                  class="button quiet icon-copy"
                  aria-label={text('copy_url_of_size', { size: row.name })}
                  onClick={() => void copy(row.url)}
                />
                <a
                  class="button quiet icon-open"
                  href={row.url}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={text('open_size', { size: row.name })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The full size, then the sizes from large to small. */
function rowsOf(image: Image): Row[] {
  const { width, height, url, format } = image;
  const full = { name: text('full_size'), width, height, url, formats: { [format]: url } };
  return [full, ...[...image.sizes].reverse()];
}
