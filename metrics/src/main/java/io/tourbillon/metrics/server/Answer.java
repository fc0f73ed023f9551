package io.tourbillon.metrics.server;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** The response of a path. The code that sends it releases the body. */
record Answer(int status, String contentType, Body body) {
  static final String TEXT = "text/plain; charset=utf-8";
  static final String JSON = "application/json";

  /**
   * Writes only ASCII, because names may contain characters that control a terminal or change the
   * direction of text.
   */
  static final JsonMapper JSON_MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  /** Returns a short text, which does not count as memory. */
  static Answer text(int status, String text) {
    return new Answer(status, TEXT, Body.uncounted((text + "\n").getBytes(StandardCharsets.UTF_8)));
  }
}
