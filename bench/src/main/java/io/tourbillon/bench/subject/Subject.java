package io.tourbillon.bench.subject;

import java.util.Locale;

/** Something that is measured. Implemented by enums, whose constants name it. */
public interface Subject {
  /** The constant's name. */
  String name();

  /** Whose it is; the best of a family is what stands in a summary. */
  Family family();

  /** How it is set up, for readers who know it well. */
  String configuration();

  /** By what results and the command line call it: {@code netty-512}. */
  default String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** For readers: whose it is, and what sets it apart from others of the family, if anything. */
  default String title() {
    String own =
        name().startsWith(family().name())
            ? name().substring(family().name().length())
            : "_" + name();
    return own.isEmpty()
        ? family().title()
        : family().title() + "," + own.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
