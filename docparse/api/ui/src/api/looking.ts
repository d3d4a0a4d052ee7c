/** Looking again at what changes on the server. */

/** Answers are taken in the order of the questions: a late one never replaces a newer one. */
export class Looking<T> {
  private asked = 0
  private taken = 0
  private timer = 0
  private due = Infinity

  constructor(private readonly ask: () => Promise<T>, private readonly take: (found: T) => void, private readonly fail: (error: unknown) => void) {}

  async now(): Promise<void> {
    this.stop()
    const turn = ++this.asked
    try {
      const found = await this.ask()
      if (turn < this.taken) return
      this.taken = turn
      this.take(found)
    } catch (error) {
      this.fail(error)
    }
  }

  /** Within so many milliseconds; what is due earlier stays so, so that a steady stream of events can't put it off. */
  soon(wait: number): void {
    const due = performance.now() + wait
    if (due >= this.due) return
    this.stop()
    this.due = due
    this.timer = window.setTimeout(() => void this.now(), wait)
  }

  stop(): void {
    clearTimeout(this.timer)
    this.due = Infinity
  }
}
