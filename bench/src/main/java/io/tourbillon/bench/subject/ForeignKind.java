package io.tourbillon.bench.subject;

/** Peers in other languages: programs that are compared where the machine can run them. */
public enum ForeignKind implements Subject {
  GO(Family.GO, "time.AfterFunc, Stop, Reset; goroutines, time.Sleep; GOMAXPROCS by default"),
  ASYNCIO(Family.ASYNCIO, "call_later, TimerHandle.cancel; tasks, asyncio.sleep"),
  GEVENT(Family.GEVENT, "hub.loop.timer; greenlets, gevent.sleep");

  private final Family family;
  private final String configuration;

  ForeignKind(Family family, String configuration) {
    this.family = family;
    this.configuration = configuration;
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
