package io.tourbillon.bench.subject;

/** Whose a subject is. Subjects of a family differ in their configuration only. */
public enum Family {
  OURS_IDS("Tourbillon, ids"),
  OURS_HANDLES("Tourbillon, handles"),
  NETTY("Netty"),
  JDK("JDK"),
  KAFKA("Kafka"),
  KOTLIN("Kotlin"),
  GO("Go"),
  ASYNCIO("asyncio"),
  GEVENT("gevent");

  private final String title;

  Family(String title) {
    this.title = title;
  }

  public String title() {
    return title;
  }

  public boolean isOurs() {
    return this == OURS_IDS || this == OURS_HANDLES;
  }
}
