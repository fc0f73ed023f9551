package io.tourbillon.metrics.server;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Writes the responses to requests that Jetty refuses before they reach the {@link Router}. */
final class Refusal implements Request.Handler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    response.getHeaders().add(Router.HEADERS);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Answer.TEXT);
    Content.Sink.write(
        response, true, HttpStatus.getMessage(response.getStatus()) + "\n", callback);
    return true;
  }
}
