import { connect, type MqttClient } from "mqtt";

const PROGRAM = "mosquitto";

/** Whether the broker is there and may be started. */
export function hasMqttServer(): boolean {
  const permission = { name: "run", command: PROGRAM } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return false;
  try {
    // It ends with 3 after its help.
    new Deno.Command(PROGRAM, { args: ["-h"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

/** A real broker on this machine, which keeps nothing. */
export class MqttServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Starts it; resolves when it listens. */
  static async start(port: number): Promise<MqttServer> {
    const args = ["-v", "-p", String(port)];
    const child = new Deno.Command(PROGRAM, { args, stdout: "piped", stderr: "piped" }).spawn();
    const lines = child.stderr.pipeThrough(new TextDecoderStream());
    child.stdout.pipeTo(new WritableStream()).catch(() => {});
    let said = "";
    const reader = lines.getReader();
    while (!/ running$/m.test(said)) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`Cannot start the broker: ${said}`);
      said += value;
    }
    reader.releaseLock();
    lines.pipeTo(new WritableStream()).catch(() => {});
    return new MqttServer(child);
  }

  /** Kills it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

/** Hears what is published. */
export class Listener implements AsyncDisposable {
  /** All messages, each with its topic. */
  readonly messages: { readonly topic: string; readonly text: string }[] = [];
  readonly #client: MqttClient;
  #changed: () => void = () => {};

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on("message", (topic, payload) => {
      this.messages.push({ topic, text: new TextDecoder().decode(payload) });
      this.#changed();
    });
  }

  /** Listens to all topics of a broker. */
  static async at(port: number): Promise<Listener> {
    const client = connect({ host: "127.0.0.1", port, protocol: "mqtt", reconnectPeriod: 100 });
    const listener = new Listener(client);
    await client.subscribeAsync("#", { qos: 1 });
    return listener;
  }

  /** Waits until something was heard. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = () => isSo() && resolve();
      this.#changed();
    });
  }

  /** Stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }
}
