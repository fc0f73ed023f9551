package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DashboardTest {
  private static Set<String> names(Stream<String> texts, String pattern) {
    Pattern name = Pattern.compile(pattern, Pattern.MULTILINE);
    return texts
        .flatMap(text -> name.matcher(text).results())
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String scrape() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (Everything everything = new Everything()) {
      everything.bindTo(registry);
    }
    return registry.scrape();
  }

  @Test
  void queries_all_askForWhatAScrapeHas() throws Exception {
    Set<String> asked = names(Dashboard.queries().stream(), "tourbillon_\\w+");
    Set<String> there = names(Stream.of(scrape()), "^tourbillon_\\w+");
    assertFalse(asked.isEmpty());
    assertEquals(
        Set.of(), asked.stream().filter(name -> !there.contains(name)).collect(Collectors.toSet()));
  }

  @Test
  void scrape_allOfIt_isShown() throws Exception {
    Set<String> asked =
        names(Dashboard.queries().stream(), "tourbillon_\\w+").stream()
            .map(name -> name.replaceAll("_(bucket|count)$", ""))
            .collect(Collectors.toSet());
    Set<String> unseen =
        names(Stream.of(scrape()), "^tourbillon_\\w+").stream()
            .filter(name -> !asked.contains(name.replaceAll("_(bucket|count|sum)$", "")))
            .collect(Collectors.toSet());
    assertEquals(Set.of(), unseen);
  }

  /** Except the labels that Prometheus adds. */
  @Test
  void labels_ofQueries_areThoseOfTheScrape() throws Exception {
    Pattern selector = Pattern.compile("(tourbillon_\\w+)\\{([^}]*)}");
    Pattern grouping = Pattern.compile("by \\(([^)]*)\\)");
    String scrape = scrape();
    int checked = 0;
    for (String query : Dashboard.queries()) {
      Matcher asked = selector.matcher(query);
      while (asked.find()) {
        Stream<String> matched = Pattern.compile(", ").splitAsStream(asked.group(2));
        Stream<String> grouped =
            grouping
                .matcher(query)
                .results()
                .flatMap(by -> Pattern.compile(", ").splitAsStream(by.group(1)))
                .map(label -> label + "=");
        for (String label : Stream.concat(matched, grouped).toList()) {
          if (!label.matches("(job|instance)=.*")) {
            String sample = "(?m)^" + asked.group(1) + "\\{[^}]*\\b" + Pattern.quote(label);
            assertTrue(Pattern.compile(sample).matcher(scrape).find(), query);
            checked++;
          }
        }
      }
    }
    assertTrue(checked > 20, checked + " labels");
  }

  @Test
  void panels_all_haveATitleADescriptionAndAnIdOfTheirOwn() throws Exception {
    Set<Integer> ids = new TreeSet<>();
    for (JsonNode panel : Dashboard.read().get("panels")) {
      assertTrue(ids.add(panel.get("id").asInt()), panel::toString);
      assertFalse(panel.get("title").asString().isEmpty(), panel::toString);
      if (!panel.get("type").asString().equals("row")) {
        assertFalse(panel.get("description").asString().isEmpty(), panel::toString);
        assertFalse(panel.get("targets").isEmpty(), panel::toString);
      }
    }
  }
}
