package io.tourbillon.bench.subject;

/** Peers in other languages. They are programs, which are compared if the machine can run them. */
public enum ForeignKind implements Subject {
  GO(
      Family.GO,
      "time.AfterFunc, Stop, Reset; goroutines, time.Sleep, channels, sync.Mutex, sync.WaitGroup, context.WithTimeout; GOMAXPROCS by default, or as the size where that is a number of threads; GOGC=off, GOMEMLIMIT as the heap",
      200,
      3500),
  ASYNCIO(
      Family.ASYNCIO,
      "call_later, TimerHandle.cancel; tasks, asyncio.sleep; the loop of CPython, gc disabled",
      600,
      4000),
  GEVENT(
      Family.GEVENT,
      "hub.loop.timer with update=True, again; greenlets, gevent.sleep; gc disabled",
      600,
      12_000);

  private final Family family;
  private final String configuration;
  private final int timerBytes;
  private final int coroutineBytes;

  ForeignKind(Family family, String configuration, int timerBytes, int coroutineBytes) {
    this.family = family;
    this.configuration = configuration;
    this.timerBytes = timerBytes;
    this.coroutineBytes = coroutineBytes;
  }

  /** Returns the memory to reserve for each timer, which is more than it occupies. */
  public int timerBytes() {
    return timerBytes;
  }

  /** Returns the memory to reserve for each coroutine, which is more than it occupies. */
  public int coroutineBytes() {
    return coroutineBytes;
  }

  @Override
  public Family family() {
    return family;
  }

  @Override
  public String configuration() {
    return configuration;
  }
}
