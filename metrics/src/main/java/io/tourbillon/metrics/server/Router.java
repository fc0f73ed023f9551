package io.tourbillon.metrics.server;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Finds the source of a path and sends what it answers. Only GET and HEAD are allowed, so nothing
 * can be changed from outside.
 */
final class Router extends Handler.Abstract {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.metrics");

  /**
   * The page needs nothing but its own files, so browsers are told to load nothing else, to run no
   * script that stands in a page, and to show it in no frame.
   */
  static final HttpFields HEADERS =
      HttpFields.from(
          new HttpField(
              "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                  + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
          new HttpField("X-Content-Type-Options", "nosniff"),
          new HttpField("Referrer-Policy", "no-referrer"),
          new HttpField("Cross-Origin-Resource-Policy", "same-origin"),
          new HttpField(HttpHeader.CACHE_CONTROL, "no-store"),
          new HttpField(HttpHeader.VARY, "Accept"));

  /** An address in digits, or the name that every machine has for itself. */
  private static final Pattern OWN_HOST =
      Pattern.compile(
          "localhost|\\d+(\\.\\d+){3}|\\[?(?=[^:]*:)[0-9a-f:.%]+]?", Pattern.CASE_INSENSITIVE);

  private final Map<String, Source> sources;
  private final boolean onlyForThisMachine;

  /**
   * @param sources by path
   * @param onlyForThisMachine refuse requests for a host with a name: a page on the Internet whose
   *     name leads to this machine must not read what is here
   */
  Router(Map<String, Source> sources, boolean onlyForThisMachine) {
    this.sources = Map.copyOf(sources);
    this.onlyForThisMachine = onlyForThisMachine;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    response.getHeaders().add(HEADERS);
    Answer answer = answer(request, response);
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
    return true;
  }

  private Answer answer(Request request, Response response) {
    String host = Request.getServerName(request);
    if (onlyForThisMachine && (host == null || !OWN_HOST.matcher(host).matches())) {
      return Answer.text(
          HttpStatus.MISDIRECTED_REQUEST_421,
          "the host must be localhost or an address in digits: this server is for its machine only");
    }
    String path = Request.getPathInContext(request);
    Source source = sources.get(path);
    if (source == null) {
      return Answer.text(HttpStatus.NOT_FOUND_404, "there is nothing here; try / or /metrics");
    }
    if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      return Answer.text(HttpStatus.METHOD_NOT_ALLOWED_405, "the method must be GET or HEAD");
    }
    try {
      return source.answer(request);
    } catch (Throwable failure) {
      LOGGER.log(System.Logger.Level.WARNING, "no answer for " + path, failure);
      return Answer.text(HttpStatus.INTERNAL_SERVER_ERROR_500, "no answer; the log says why");
    }
  }
}
