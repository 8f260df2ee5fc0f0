# frozen_string_literal: true

require_relative "../native_helper"
require "json"

# JSON that every parser reads, that only some read, and that none does.
module JSONDocuments
  GROUPS = {
    "plain values" => ["null", "true ", " false", "[]", "{}", "[ ]", "{ }", %(""), %("a"),
                       "[1,[2,{\"a\":[]}]]", %({"a":{"b":{"c":[null,true,false]}}}), %({"":""}),
                       "[\t1\r\n,\n2 ]"],
    "Strings" => [%("zażółć 😀"),
                  %("\\u00e9\\u0000\\ud83d\\ude00"), %("\\"\\\\\\/\\b\\f\\n\\r\\t"), %("\u007f"),
                  %("\\ud800"), %("\\ude00"), %("\\ud800\\u0041"), %("\\ud800x"), %("\\ud83d\\u0"),
                  %("\\u12"),
                  %("\\uzzzz"), %("\\x"), %("\\a"), %("\t"), %("\n"), %("\0"), %("abc), %("\\), %(["\\"]),
                  %("\xFF"), %("\xC3"), %("\xED\xA0\x80"), %({"\xFF":1}), %({"\\u0061":1}),
                  %("#{"é" * 40}\\n"),
                  *(0..20).map { |n| %(["#{"x" * n}\\n#{"y" * n}"]) }],
    "integers" => %w[0 -0 1 -1 00 01 -01 + +1 - -- 999999999999999999 1000000000000000000 9223372036854775807
                     9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615
                     18446744073709551616 123456789012345678901234567890 1_000 0x1 1a] +
                  ["7" * 300, "-#{"9" * 80}"],
    "floats" => %w[0.0 -0.0 1.0 1. .5 -.5 1.e1 1e5 1E+5 1e-5 1e 1e+ 1.5e 1.0.0 0.1 1e22 1e23 1e400 -1e400
                   1e-400
                   5e-324 4.9e-324 2.2250738585072011e-308 2.2250738585072014e-308 1.7976931348623157e308
                   1.7976931348623159e308 9007199254740993.0 1e00000000000000005 1e99999999999
                   0e999 -0e-999] +
                ["1.000000000000000111022302462515654042363166809082031250", "1.#{"0" * 70}1",
                 "0.#{"3" * 100}",
                 "9007199254740993.#{"0" * 60}1", "#{"1" * 400}.0", "1#{"0" * 310}e-310"],
    "what is no number" => %w[NaN Infinity -Infinity [NaN] [Infinity] [-Infinity] [-Inf] nan],
    "names given twice" => [%({"a":1,"a":2}), %({"a":1,"b":2,"\\u0061":3}), %([{"a":{"b":1,"b":[]}}]),
                            %({#{Array.new(50) { |n| %("k#{n % 49}":#{n}) }.join(",")}})],
    "white space around" => [" 1", "1 ", "\n[1]\r\t ", "\f1", "\v1", "\u00a01", "1\0", "\xEF\xBB\xBF1"],
    "comments" => ["/* c */ 1", "1 /* c */", "1 // c", "1 // c\n", "[1,/*x*/2]",
                   %({/*x*/"a"/*y*/:/*z*/1/*w*/}), "/**/1", "/* * */1", "/***/1",
                   "/*", "//\n1", "[1]/", "[1]/*"],
    "nothing" => ["", " ", "\n", "/**/"],
    "broken structure" => ["[1,2,]", %({"a":1,}), "[,]", "[1 2]", %({"a" 1}), %({"a":}), "{a:1}", "{1:1}",
                           "[]x", "1 2",
                           "[] []", "nul", "nulll", "truex", "[truex]", "[", "{", "]", "}", ",", "[1", "[1}",
                           "{]",
                           %({"a":1]), %({"a"), %({"a":1 "b":2}), "[1,,2]", "{,}"],
    "depth" => [99, 100, 101, 102, 500].flat_map do |depth|
      ["#{"[" * depth}1#{"]" * depth}", "#{%({"a":) * depth}1#{"}" * depth}", "[" * depth, "[1," * depth]
    end,
    "wide containers" => [0, 1, 7, 8, 9, 31, 32, 33, 64, 65, 200].flat_map do |width|
      ["[#{(["1"] * width).join(",")}]", "{#{Array.new(width) { |n| %("k#{n}":[#{n}]) }.join(",")}}"]
    end
  }.freeze

  private

  def stub(raw_payload) = Struct.new(:raw_payload).new(raw_payload)

  # @return [Object] equal only to that of a value with the same classes, bits, encodings, and order
  def detailed(value)
    case value
    when Hash then [:hash, value.frozen?, value.map { |name, inner| [detailed(name), detailed(inner)] }]
    when Array then [:array, value.frozen?, value.map { |inner| detailed(inner) }]
    when String then [value.b, value.encoding, value.frozen?, value.class]
    when Float then [:float, [value].pack("G")]
    else [value.class, value]
    end
  end

  def random_document(random, depth = 0)
    case random.rand(depth > 5 ? 6 : 10)
    when 0 then %w[null true false].sample(random:)
    when 1, 2 then random_number(random)
    when 3..5 then random_text(random)
    when 6, 7 then "[#{Array.new(random.rand(12)) { random_document(random, depth + 1) }.join(gap(random))}]"
    else
      pairs = Array.new(random.rand(12)) { "#{random_text(random)}:#{random_document(random, depth + 1)}" }
      "{#{pairs.join(gap(random))}}"
    end
  end

  def gap(random) = [",", ", ", "\n,\t"].sample(random:)

  def random_number(random)
    sign = ["", "-"].sample(random:)
    whole = random.rand(10**(random.rand(4).zero? ? random.rand(1..40) : random.rand(1..6)))
    digits = random.rand(1..(random.rand(9).zero? ? 70 : 12))
    fraction = ".#{random.bytes(digits).bytes.map { |byte| byte % 10 }.join}"
    exponent = "#{%w[e E e+ e-].sample(random:)}#{random.rand(random.rand(3).zero? ? 330 : 25)}"
    "#{sign}#{whole}#{fraction if random.rand(2).zero?}#{exponent if random.rand(3).zero?}"
  end

  PIECES = ["a", "Z9 ", "é", "漢字", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\u0000",
            "name", "id", "\u007f"].freeze

  def random_text(random) = %("#{Array.new(random.rand(8)) { PIECES.sample(random:) }.join}")

  def damaged(source, random)
    random.rand(1..3).times do
      at = random.rand(source.bytesize + 1)
      source = source.b
      case random.rand(3)
      when 0 then source = source.byteslice(0, at)
      when 1 then source.insert(at, %w({ } [ ] " : , \\ 0 . e - / * u).sample(random:))
      else source.setbyte(at, random.rand(256)) if at < source.bytesize
      end
    end
    source.force_encoding("UTF-8")
  end

  # @return [Array<Array(String, Object)>] every value inside `value` with its pointer
  def pointers(value, path = "")
    inner = case value
            when Hash then value.to_a
            when Array then value.each_with_index.map { |element, index| [index.to_s, element] }
            else []
            end
    [[path, value]] + inner.flat_map do |token, element|
      pointers(element, "#{path}/#{token.gsub("~", "~0").gsub("/", "~1")}")
    end
  end
end
