import { DeviceError } from "../../pipeline/errors.ts";

/** The GPU went away (a driver's reset, a machine's sleep): a new worker may find it again. */
export class DeviceLost extends DeviceError {}
