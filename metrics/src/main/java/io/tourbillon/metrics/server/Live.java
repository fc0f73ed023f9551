package io.tourbillon.metrics.server;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import tools.jackson.databind.json.JsonMapper;

/** What the page polls: samples as JSON, those that it has not seen. */
final class Live implements Source {
  private final LiveFeed feed;

  Live(LiveFeed feed) {
    this.feed = feed;
  }

  @Override
  public Answer answer(Request request) {
    Fields query = Request.extractQueryParameters(request);
    String since = query.getValue("since");
    long seen;
    try {
      seen = since == null ? 0 : Long.parseLong(since);
    } catch (NumberFormatException e) {
      return Answer.text(HttpStatus.BAD_REQUEST_400, "since must be the number of a sample");
    }
    return Answer.json(HttpStatus.OK_200, JsonMapper.shared().writeValueAsBytes(feed.since(seen)));
  }
}
