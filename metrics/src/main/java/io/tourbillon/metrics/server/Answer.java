package io.tourbillon.metrics.server;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a path answers with. Whoever has sent it releases the body. */
record Answer(int status, String contentType, Body body) {
  static final String TEXT = "text/plain; charset=utf-8";
  static final String JSON = "application/json";

  /** Writes ASCII: names may hold what a terminal obeys or what changes the direction of text. */
  static final JsonMapper JSON_MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  /** A text that is short, and so does not count as memory. */
  static Answer text(int status, String text) {
    return new Answer(status, TEXT, Body.uncounted((text + "\n").getBytes(StandardCharsets.UTF_8)));
  }
}
