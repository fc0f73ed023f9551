package io.tourbillon.metrics.server;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.QuotedQualityCSV;
import org.eclipse.jetty.server.Request;

/** Responds with all meters of a registry, in the format that the scraper prefers. */
final class Scrape implements Source {
  private static final String OPEN_METRICS_TYPE = "application/openmetrics-text";
  private static final String OPEN_METRICS = OPEN_METRICS_TYPE + "; version=1.0.0; charset=utf-8";
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry;

  Scrape(PrometheusMeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Answer answer(Request request, HeldBytes memory) throws IOException {
    String format = formatFor(request);
    try (BodyWriter body = new BodyWriter(memory)) {
      registry.scrape(body, format);
      return body.finish(HttpStatus.OK_200, format);
    }
  }

  /**
   * Chooses the format. As other exporters do, this chooses text if the header accepts neither
   * format, is missing or is malformed.
   */
  private static String formatFor(Request request) {
    QuotedQualityCSV accepted = new QuotedQualityCSV();
    try {
      request.getHeaders().getValuesList(HttpHeader.ACCEPT).forEach(accepted::addValue);
    } catch (RuntimeException malformed) {
      return TEXT;
    }
    for (String range : accepted.getValues()) {
      int end = range.indexOf(';');
      String type = (end < 0 ? range : range.substring(0, end)).strip().toLowerCase(Locale.ROOT);
      switch (type) {
        case OPEN_METRICS_TYPE -> {
          return OPEN_METRICS;
        }
        case "text/plain", "text/*", "*/*" -> {
          return TEXT;
        }
        default -> {
          // Not a supported format.
        }
      }
    }
    return TEXT;
  }
}
