package io.tourbillon.metrics.server;

import java.io.IOException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;

/** Responds to the polls of the page with the samples that the page has not seen, as JSON. */
final class Live implements Source {
  private final LiveFeed feed;

  Live(LiveFeed feed) {
    this.feed = feed;
  }

  @Override
  public Answer answer(Request request, HeldBytes memory) throws IOException {
    long seen;
    try {
      String since = Request.extractQueryParameters(request).getValue("since");
      seen = since == null ? 0 : Long.parseLong(since);
    } catch (RuntimeException malformed) {
      return Answer.text(HttpStatus.BAD_REQUEST_400, "since must be the number of a sample");
    }
    try (BodyWriter body = new BodyWriter(memory)) {
      JsonWriter.write(body, feed.since(seen));
      return body.finish(HttpStatus.OK_200, Answer.JSON);
    }
  }
}
