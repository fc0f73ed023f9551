package io.tourbillon.bench.subject;

/** The project that a subject belongs to. Subjects of a family differ in configuration only. */
public enum Family {
  OURS_IDS("Tourbillon, ids"),
  OURS_HANDLES("Tourbillon, handles"),
  OURS_LONGS("Tourbillon, longs"),
  OURS_VIRTUAL_THREAD("Tourbillon, virtual threads"),
  OURS_CONTINUATION("Tourbillon, continuations"),
  OURS_HANDOFF("Tourbillon, handoff"),
  OURS_PLAIN_THREAD("Tourbillon, plain threads"),
  OURS_THREADS("Tourbillon, Thread.sleep"),
  OURS_SQLITE("Tourbillon, SQLite"),
  OURS_POSTGRES("Tourbillon, PostgreSQL"),
  NETTY("Netty"),
  JDK("JDK"),
  KAFKA("Kafka"),
  KOTLIN("Kotlin"),
  JOX("Jox"),
  GO("Go"),
  ASYNCIO("asyncio"),
  GEVENT("gevent"),
  DB_SCHEDULER("db-scheduler, PostgreSQL");

  private final String title;

  Family(String title) {
    this.title = title;
  }

  public String title() {
    return title;
  }

  /** Returns true for ours, which come first. */
  public boolean isOurs() {
    return compareTo(NETTY) < 0;
  }
}
