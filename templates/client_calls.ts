  send(message: object): void {
    this.enqueue({ text: JSON.stringify(message), id: null });
  }

  request(message: object): Promise<unknown> {
    const id = `${++this.lastId}-${unguessable()}`;
    return new Promise((resolve, reject) => {
      this.enqueue({ text: JSON.stringify({ ...message, id }), id });
      const limit = this.options.replyTimeoutMs ?? 10_000;
      const timer = after(limit, () => {
        this.queue = this.queue.filter((each) => each.id !== id);
        this.fail(id, new ClientError("timeout", `no reply within ${limit} ms`));
      });
      this.pending.set(id, { resolve, reject, timer });
    });
  }

  private enqueue(outgoing: OutgoingFrame): void {
    if (this.current.state === "closed") {
      throw new ClientError("closed", `the client is closed: ${this.current.reason}`);
    }
    const room = this.options.maxQueued ?? 0;
    if (!this.canWrite() && this.queue.length >= room) {
      throw new ClientError("queue_full", `${room} messages wait for a connection already`);
    }
    this.queue.push(outgoing);
    this.flush();
  }

  private flush(): void {
    if (!this.canWrite()) return;
    for (const { text } of this.queue.splice(0)) this.write(text);
  }

  /** Not to a server that has already sent a `disconnect`. */
  private canWrite(): boolean {
    return this.current.state === "open" && this.farewell === null && !this.isClosing();
  }

  private isClosing(): boolean {
    return this.socket !== null && this.socket.readyState > OPEN;
  }

  private write(text: string): void {
    this.socket?.send(text);
    this.activeAt = Date.now(); // the server does not ping clients that it hears from
  }
