package io.tourbillon.metrics.server;

import java.nio.charset.StandardCharsets;

/** The response of a path. The code that sends it releases the body. */
record Answer(int status, String contentType, Body body) {
  static final String TEXT = "text/plain; charset=utf-8";
  static final String JSON = "application/json";

  /** Returns a short text, which does not count as memory. */
  static Answer text(int status, String text) {
    return new Answer(status, TEXT, Body.uncounted((text + "\n").getBytes(StandardCharsets.UTF_8)));
  }
}
