package io.tourbillon.bench.console;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses a heap size in megabytes, in the form of the JVM's option: 8g or 512m. */
public final class HeapSize implements ITypeConverter<Integer> {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,4})([gGmM])");
  private static final int MEGABYTES_A_GIGABYTE = 1024;

  @Override
  public Integer convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("a heap must be written as 8g or 512m: " + text);
    }
    int number = Integer.parseInt(form.group(1));
    return form.group(2).equalsIgnoreCase("g") ? number * MEGABYTES_A_GIGABYTE : number;
  }
}
