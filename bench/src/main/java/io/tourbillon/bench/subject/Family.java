package io.tourbillon.bench.subject;

import java.util.Locale;

/** The project that a subject belongs to. Subjects of a family differ in configuration only. */
public enum Family {
  OURS_IDS("Tourbillon, ids"),
  OURS_HANDLES("Tourbillon, handles"),
  OURS_LONGS("Tourbillon, longs"),
  OURS_VIRTUAL_THREAD("Tourbillon, virtual threads"),
  OURS_CONTINUATION("Tourbillon, continuations"),
  OURS_HANDOFF("Tourbillon, handoff"),
  OURS_PLAIN_THREAD("Tourbillon, plain threads"),
  OURS_THREADS("Tourbillon, blocking code"),
  OURS_SQLITE("Tourbillon, SQLite"),
  OURS_POSTGRES("Tourbillon, PostgreSQL"),
  NETTY("Netty"),
  JDK("JDK"),
  SELECTOR("bare selector"),
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

  /** Returns the name of the colour in {@code page.css}. */
  public String color() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns true for ours, which come first. */
  public boolean isOurs() {
    return compareTo(NETTY) < 0;
  }
}
