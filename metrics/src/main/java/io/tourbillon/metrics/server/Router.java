package io.tourbillon.metrics.server;

import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Finds the source of a path and sends its response. Allows only GET and HEAD, so that nothing can
 * be changed from outside.
 */
final class Router extends Handler.Abstract {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.metrics");

  /**
   * Headers of all responses. The page needs only its own files. So these headers tell browsers to
   * load nothing else, to run no script that is part of a page, and to show the page in no frame.
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

  /** A response that cannot be made now is tried again for about two seconds. */
  private static final int MAX_TRIES = 9;

  private static final long RETRY_MILLIS = 250;

  private static final String RETRY_AFTER_SECONDS = "1";

  /** A numeric address, or the name that every machine has for itself. */
  private static final Pattern OWN_HOST =
      Pattern.compile(
          "localhost|\\d+(\\.\\d+){3}|\\[?(?=[^:]*:)[0-9a-f:.%]+]?", Pattern.CASE_INSENSITIVE);

  private final Map<String, Source> sources;
  private final boolean onlyForThisMachine;
  private final Connections connections;
  private final HeldBytes memory;
  private final Executor makers;
  private final ScheduledExecutorService later;

  /**
   * @param sources by path
   * @param onlyForThisMachine whether to refuse requests for a host with a name: a page on the
   *     Internet, whose name resolves to this machine, must not read what is here
   * @param connections is told what happens to a request
   * @param memory for responses
   * @param makers makes the responses that are not quick
   * @param later schedules the retries of responses that cannot be made now
   */
  Router(
      Map<String, Source> sources,
      boolean onlyForThisMachine,
      Connections connections,
      HeldBytes memory,
      Executor makers,
      ScheduledExecutorService later) {
    this.sources = Map.copyOf(sources);
    this.onlyForThisMachine = onlyForThisMachine;
    this.connections = connections;
    this.memory = memory;
    this.makers = makers;
    this.later = later;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    response.getHeaders().add(HEADERS);
    Exchange exchange = new Exchange(request, response, callback);
    Answer refusal = refusalOf(request, response);
    if (refusal != null) {
      exchange.send(refusal);
      return true;
    }
    Source source = sources.get(Request.getPathInContext(request));
    if (source == null) {
      exchange.send(
          Answer.text(HttpStatus.NOT_FOUND_404, "there is nothing here; try / or /metrics"));
    } else if (source.isQuick()) {
      exchange.sendOrTryAgain(source, 1);
    } else {
      makeAndSend(source, exchange, MAX_TRIES);
    }
    return true;
  }

  /**
   * Lets a maker make the response and send it. The request may have to wait for the maker, but
   * holds no thread meanwhile.
   *
   * @param tries how many times to try
   */
  private void makeAndSend(Source source, Exchange exchange, int tries) {
    // Begins the phase again, so that a request that has waited gets its full time.
    if (!connections.making(exchange.endPoint())) {
      exchange.madeWay();
      return;
    }
    try {
      makers.execute(() -> exchange.sendOrTryAgain(source, tries));
    } catch (RejectedExecutionException full) {
      exchange.sendNotNow("too many requests are waiting");
    }
  }

  private Answer answer(Source source, Request request) throws NotNowException {
    try {
      return source.answer(request, memory);
    } catch (Throwable failure) {
      NotNowException notNow = NotNowException.behind(failure);
      if (notNow != null) {
        throw notNow;
      }
      LOGGER.log(
          System.Logger.Level.WARNING,
          "no answer for " + Request.getPathInContext(request),
          failure);
      return Answer.text(HttpStatus.INTERNAL_SERVER_ERROR_500, "no answer; the log says why");
    }
  }

  /** Returns the response that refuses a request, or null if the request is allowed. */
  private @Nullable Answer refusalOf(Request request, Response response) {
    String host = Request.getServerName(request);
    if (onlyForThisMachine && (host == null || !OWN_HOST.matcher(host).matches())) {
      return Answer.text(
          HttpStatus.MISDIRECTED_REQUEST_421,
          "the host must be localhost or a numeric address: this server is for this machine only");
    }
    if (sources.containsKey(Request.getPathInContext(request))
        && !HttpMethod.GET.is(request.getMethod())
        && !HttpMethod.HEAD.is(request.getMethod())) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      return Answer.text(HttpStatus.METHOD_NOT_ALLOWED_405, "the method must be GET or HEAD");
    }
    return null;
  }

  /** A request, and what is needed to respond to it. */
  private final class Exchange {
    private final Request request;
    private final Response response;
    private final Callback callback;

    private Exchange(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    private EndPoint endPoint() {
      return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    /**
     * Makes a response and sends it. If it cannot be made now, this tries again a little later. So
     * clients that repeat their requests again and again do not do so faster.
     */
    private void sendOrTryAgain(Source source, int tries) {
      if (!connections.making(endPoint())) {
        madeWay();
        return;
      }
      try {
        send(answer(source, request));
      } catch (NotNowException notNow) {
        if (tries > 1) {
          ScheduledFuture<?> _ =
              later.schedule(
                  () -> makeAndSend(source, this, tries - 1), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } else {
          sendNotNow(String.valueOf(notNow.getMessage()));
        }
      } catch (Throwable failure) {
        callback.failed(failure);
      }
    }

    /** Responds with 503, and tells the client when to try again. */
    private void sendNotNow(String why) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
      send(Answer.text(HttpStatus.SERVICE_UNAVAILABLE_503, why + "; try again"));
    }

    private void madeWay() {
      callback.failed(new EofException("the connection was closed to make way for another"));
    }

    /** Sends a response, and releases its body when it has been sent or cannot be sent. */
    private void send(Answer answer) {
      EndPoint endPoint = endPoint();
      Body body = answer.body();
      if (!connections.writing(endPoint, body)) {
        madeWay();
        return;
      }
      response.setStatus(answer.status());
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length());
      Content.copy(
          body.newSource(),
          response,
          new Callback.Nested(callback) {
            @Override
            public void completed() {
              body.release();
              connections.ending(endPoint);
            }
          });
    }
  }
}
