/** What the API sends and takes (contract: vitrine §3). Names are those of the wire. */

export type ImageId = number;

/** A media type, such as `image/webp`. */
export type MediaType = string;

export type Scope = 'images:read' | 'images:write' | 'images:takedown';

export interface Shop {
  id: string;
  /** The main language of image texts, such as `es`. */
  language: string;
  /** In `open` mode every product id is legal; in `registered` mode others are refused. */
  products: 'open' | 'registered';
  media_url: string;
  limits: {
    /** Bytes of one picture. */
    bytes: number;
    pixels: number;
    /** Images of one product. */
    images: number;
    /** Files of one upload batch. */
    files: number;
    formats: MediaType[];
  };
  token: { scopes: Scope[]; expires_at: string | null };
}

export interface Amount {
  images: number;
  bytes: number;
}

export interface Usage extends Amount {
  formats: Record<string, Amount>;
  kept: Amount;
  library: Amount;
  exact: boolean;
}

/** One page of a list; `next` is a path with query, or null at the end. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Cover {
  id: ImageId;
  alt: string;
  colour: string | null;
  thumbhash: string | null;
  width: number | null;
  height: number | null;
  srcset: string | null;
  url: string;
}

export interface ProductSummary {
  product: string;
  images: number;
  cover: Cover | null;
}

/** A rendition; pixels are as displayed, and null while they are unknown. */
export interface Size {
  name: string;
  width: number | null;
  height: number | null;
  url: string;
  formats: Record<MediaType, string>;
}

export interface Image {
  id: ImageId;
  product: string;
  position: number;
  thumbnail: boolean;
  roles: string[];
  hidden: boolean;
  etag: string;
  /** Text alternative in the shop's main language. */
  alt: string;
  translations: Record<string, string>;
  /** May be empty. */
  file_name: string;
  /** Media type of the full-size picture. */
  format: MediaType;
  bytes: number;
  width: number | null;
  height: number | null;
  moves: boolean;
  transparent: boolean | null;
  colour: string | null;
  thumbhash: string | null;
  /** `pending` while the sizes are being made; their URLs work already. */
  state: 'pending' | 'complete';
  created_at: string;
  updated_at: string;
  url: string;
  manifest: string;
  sizes: Size[];
  /** Null while the pixels are unknown. */
  srcset: string | null;
  html: string;
}

export interface Order {
  images: ImageId[];
  etag: string;
}

export interface ProductImages {
  product: string;
  order: Order;
  images: Image[];
}

/** A merge patch (RFC 7396): a member that is null is removed. */
export interface ImagePatch {
  alt?: string;
  translations?: Record<string, string | null>;
  thumbnail?: true;
}

export interface NewFile {
  name: string;
  type: MediaType;
  bytes: number;
  replaces?: ImageId;
}

/** A form to post the file with: the fields in this order, then `file`. */
export interface UploadForm {
  url: string;
  fields: Record<string, string>;
}

export interface Reason {
  /** Null for files that an earlier version of Vitrine settled. */
  code: string | null;
  /** In English. */
  detail: string;
}

export interface UploadedFile {
  /** From 1, in the order of the request. */
  n: number;
  name: string;
  state: 'waiting' | 'done' | 'rejected' | 'expired';
  post?: UploadForm;
  image?: ImageId;
  reason?: Reason;
}

export interface Upload {
  id: string;
  product: string;
  expires_at: string;
  files: UploadedFile[];
}

export interface ImportedFile {
  path: string;
  product: string | null;
  source: 'drop' | 'upload';
  state: 'rejected' | 'imported';
  reason: Reason | null;
  image: ImageId | null;
  settled_at: string;
}

export interface TakeDown {
  id: string;
  state: 'working' | 'done';
  browser_copies?: string;
}

/** A refusal (RFC 9457). */
export interface ProblemDetails {
  code: string;
  status: number;
  detail?: string;
  request_id?: string;
  etag?: string;
  what?: string;
  scope?: string;
  room?: number;
  errors?: { pointer: string; code: string; detail: string; max?: number }[];
}
