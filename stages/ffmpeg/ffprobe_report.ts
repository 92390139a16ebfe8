/** The part of ffprobe's JSON that is read; every field may be missing. */
export interface FfprobeReport {
  readonly streams?: readonly FfprobeStream[];
  readonly format?: {
    readonly format_name?: string;
    readonly format_long_name?: string;
    readonly start_time?: string;
    readonly duration?: string;
    readonly size?: string;
    readonly bit_rate?: string;
  };
  readonly packets?: readonly { readonly pts?: number }[];
  readonly frames?: readonly { readonly side_data_list?: FfprobeStream["side_data_list"] }[];
}

/** A stream in ffprobe's JSON. */
export interface FfprobeStream {
  readonly index: number;
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly profile?: string;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly field_order?: string;
  readonly sample_aspect_ratio?: string;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly color_primaries?: string;
  readonly color_transfer?: string;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly time_base?: string;
  readonly start_pts?: number;
  readonly duration?: string;
  readonly nb_frames?: string;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly disposition?: Readonly<Record<string, number>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}
