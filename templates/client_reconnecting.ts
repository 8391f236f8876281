  /** Give a socket up that has been silent for too long; its close may never come. */
  private watch(patienceMs: number): void {
    this.patienceMs = patienceMs;
    this.activeAt = Date.now();
    this.lookAgain(patienceMs);
  }

  private lookAgain(delayMs: number): void {
    clearTimeout(this.watchdog);
    this.watchdog = after(delayMs, () => {
      const left = this.activeAt + this.patienceMs - Date.now();
      if (left > 0) this.lookAgain(left);
      else this.lose({ code: NO_SIGN_OF_LIFE, reason: "no sign of life" });
    });
  }

  /** The connection is gone: come back, or stop, as the close code says. */
  private lose(close: CloseReport): void {
    const { code, reason, isFinal } = this.explain(close);
    const lasted = this.connectedAt !== null && Date.now() - this.connectedAt >= STABLE_MS;
    this.leave();
    const delayMs = isFinal ? null : this.delayAfter(code, reason, lasted ? 0 : this.failures);
    if (delayMs === null) return this.stop({ code, reason });
    this.failures = lasted ? 1 : this.failures + 1;
    const queued = new Set(this.queue.map((each) => each.id));
    for (const id of [...this.pending.keys()]) {
      if (queued.has(id)) continue;
      this.fail(id, new ClientError("disconnected", `lost: ${code} ${reason}`));
    }
    this.retryTimer = after(delayMs, this.retryNow);
    this.become({ state: "waiting", delayMs, code, reason });
  }

  /** Milliseconds until the next attempt; null where there is none. */
  private delayAfter(code: number, reason: string, failures: number): number | null {
    const { token, minDelayMs = 500, maxDelayMs = 30_000 } = this.options;
    let growth = 2 ** failures;
    if (code === POLICY_VIOLATION && RENEWABLE.has(reason)) {
      if (typeof token !== "function" || this.isRenewed) return null;
      this.isRenewed = true;
      if (this.connectedAt === null) growth = 1; // it is tried only once
    } else if (STOPPING_CODES.has(code)) {
      return null;
    } else if (RESTARTING_CODES.has(code)) {
      growth *= RESTART_SPREAD;
    }
    return Math.random() * Math.min(maxDelayMs, minDelayMs * growth);
  }

  private retry(): void {
    if (this.current.state !== "waiting") return;
    clearTimeout(this.retryTimer);
    void this.connect();
  }

  private stop(close: CloseReport): void {
    if (this.isClosed()) return;
    clearTimeout(this.retryTimer);
    globalThis.removeEventListener?.("online", this.retryNow);
    this.leave();
    this.queue = [];
    const error = new ClientError("closed", `the client is closed: ${close.reason}`);
    for (const id of [...this.pending.keys()]) this.fail(id, error);
    this.become({ state: "closed", ...close });
  }

  private leave(): void {
    clearTimeout(this.watchdog);
    clearTimeout(this.farewellTimer);
    this.attempt.abort();
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  private isClosed(): boolean {
    return this.current.state === "closed";
  }
