using System.Text;
using CsCheck;
using Strata.Model.Documents;

namespace Strata.Model.Tests.Documents;

public sealed class JsonTests
{
    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("-0", "0")]
    [InlineData("1e21", "1e+21")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("9.5e-7", "9.5e-7")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("1E30", "1e+30")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("-1.5e+300", "-1.5e+300")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    public void Numbers_are_written_as_ECMAScript_writes_them(string text, string expected) => Assert.Equal(expected, Read(text).ToString());

    // The example of RFC 8785, 3.2.3.
    [Fact]
    public void Members_are_sorted_by_UTF16_code_units() => Assert.Equal(
        ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"],
        ((JsonObject)Read("""{"\u20ac":1,"\r":1,"\ufb33":1,"1":1,"\ud83d\ude00":1,"\u0080":1,"\u00f6":1}""")).Names);

    [Fact]
    public void Texts_escape_only_what_they_must() =>
        Assert.Equal("\"\\u001f\\n\\\"\\\\/é\"", Read("\"\\u001F\\u000a\\u0022\\\\\\/\\u00e9\"").ToString());

    [Fact]
    public void Equal_values_have_equal_bytes_however_they_are_written() =>
        Assert.Equal(Read("""{"a":[1,2.50],"b":{"c":true}}""").ToUtf8(), Read("""{ "b" : {"c":true}, "a" : [1.0, 25e-1] }""").ToUtf8());

    [Fact]
    public void Canonical_bytes_read_back_as_the_same_value() =>
        Gen.Double.Where(double.IsFinite).Sample(number =>
        {
            var json = Json.Of(number);
            Assert.Equal(json, Read(json.ToString()));
        });

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":\"\\u0000\"}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("{} {}")]
    [InlineData("")]
    [InlineData("{\"a\":1,}")]
    public void What_is_no_JSON_that_can_be_stored_is_malformed(string text) =>
        Assert.Equal(ErrorCodes.MalformedJson, Json.Parse(Encoding.UTF8.GetBytes(text)).Error!.Code);

    [Theory]
    [InlineData("{\"a\":1e400}", "number")]
    [InlineData("{\"a\":9007199254740993}", "number")]
    [InlineData("{\"a\":9007199254740993.0}", "number")]
    [InlineData("{\"a\":-9007199254740993e0}", "number")]
    [InlineData("{\"a\":90071992547409930E-1}", "number")]
    [InlineData("{\"a\":9007199254740991.5}", "number")]
    [InlineData("{\"a\":9.007199254740993e15}", "number")]
    [InlineData("{\"a\":1.2345678901234567890123e+300}", "number")]
    [InlineData("{\"a\":1e-400}", "number")]
    [InlineData("{\"a\":-0.001E-999}", "number")]
    public void A_number_that_would_change_is_refused_with_its_pointer(string text, string rule)
    {
        var violation = Assert.Single(Json.Parse(Encoding.UTF8.GetBytes(text)).Error!.Violations);

        Assert.Equal(("/a", rule), (violation.Pointer.Text, violation.Rule));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0.00")]
    [InlineData("0e-999")]
    [InlineData("0.0E7")]
    public void Zero_is_zero_however_it_is_written(string text) => Assert.Equal(Json.Of(0), Json.Parse(Encoding.UTF8.GetBytes(text)).Value);

    [Theory]
    [InlineData("0.1")]
    [InlineData("3.14159265358979323846")]
    [InlineData("9007199254740992.000")]
    [InlineData("9007199254740994")]
    [InlineData("-0.09007199254740994e+17")]
    [InlineData("1267650600228229401496703205376")]
    [InlineData("1e308")]
    [InlineData("100000000000000000000000")]
    public void A_number_that_stays_what_it_is_is_read(string text) =>
        Assert.Equal(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture), Assert.IsType<JsonNumber>(Read(text)).Value);

    [Fact]
    public void Long_literals_are_compared_in_the_time_that_their_length_says()
    {
        var zeros = new string('0', 1_000_000);
        var numbers = Enumerable.Repeat($"{new string('9', 4000)}e-3800", 200).Prepend($"1{zeros}.{zeros}e-{999_000}").Append($"9007199254740992{zeros}e-1000000").ToList();
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var read = numbers.ConvertAll(number => Json.Parse(Encoding.UTF8.GetBytes(number)).Error is null);

        Assert.Equal((false, true, 1, TimeSpan.Zero), (read[0], read[^1], read.Count(static isRead => isRead), watch.Elapsed > TimeSpan.FromSeconds(30) ? watch.Elapsed : TimeSpan.Zero));
    }

    [Fact]
    public void Depth_is_limited_without_a_stack_overflow()
    {
        var bomb = new string('[', 100_000) + new string(']', 100_000);

        var error = Json.Parse(Encoding.UTF8.GetBytes(bomb)).Error!;

        Assert.Equal((ErrorCodes.SchemaViolation, "64"), (error.Code, error.Violations[0].Limit!.ToString()));
    }

    private static Json Read(string text) => Json.Parse(Encoding.UTF8.GetBytes(text)).Value;
}
