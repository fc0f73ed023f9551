package io.tourbillon.metrics.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a path answers with. Nobody changes the body. */
@SuppressWarnings("ArrayRecordComponent")
record Answer(int status, String contentType, byte[] body) {
  static final String TEXT = "text/plain; charset=utf-8";
  static final String JSON = "application/json";

  static Answer text(int status, String text) {
    return new Answer(status, TEXT, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static Answer json(int status, byte[] json) {
    return new Answer(status, JSON, json);
  }

  @Override
  public String toString() {
    return status + " " + contentType + " " + Arrays.hashCode(body);
  }
}
