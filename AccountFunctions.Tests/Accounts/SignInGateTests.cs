using AccountFunctions.Accounts.SignIn;
using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;

namespace AccountFunctions.Tests.Accounts;

/// <summary>The order of the gate: the state of the account, its second factor, one record.</summary>
public sealed class SignInGateTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    [Fact]
    public async Task A_right_password_without_the_second_factor_opens_nothing_and_clears_no_failures()
    {
        await App.EnrolAsync(Address);
        await FailAsync(4);
        Assert.Equal("otp_required", (await App.LoginAsync(Address)).Message);
        var sessions = (await App.RowsAsync("Accounts")).Count(row => row.RowKey.StartsWith("session-", StringComparison.Ordinal));
        await FailAsync(1);

        Assert.Equal("30", (await App.LoginAsync(Address)).Headers["Retry-After"]);
        Assert.Equal(1, sessions);
    }

    [Fact]
    public async Task A_missing_second_factor_is_no_failure_and_a_wrong_one_is()
    {
        await App.EnrolAsync(Address);
        for (var tries = 0; tries < 10; tries++)
        {
            Assert.Equal("otp_required", (await App.LoginAsync(Address)).Message);
        }

        for (var tries = 0; tries < 5; tries++)
        {
            Assert.Equal("invalid_otp", (await LoginAsync("ZZZZZ-ZZZZZ")).Message);
        }

        Assert.Equal("30", (await App.LoginAsync(Address)).Headers["Retry-After"]);
    }

    [Fact]
    public async Task What_was_proved_is_in_the_token_and_stays_there_when_it_is_refreshed()
    {
        var authenticator = await App.EnrolAsync(Address);
        App.Time.Advance(TimeSpan.FromSeconds(30));
        var login = (await LoginAsync(authenticator.Code)).Data;
        var refreshed = (await App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() })).Data;

        Assert.Equal(["pwd", "otp"], Authenticator.MethodsOf(login));
        Assert.Equal(["pwd", "otp"], Authenticator.MethodsOf(refreshed));
    }

    [Fact]
    public async Task Nobody_is_asked_for_a_second_factor_before_the_first_is_right_and_the_account_may_sign_in()
    {
        var authenticator = await App.EnrolAsync(Address);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "a wrong password")).Message);
        App.Time.Advance(TimeSpan.FromSeconds(30));
        await App.PostAsync("delete", new { password = TestApp.Password, otp = authenticator.Code }, authenticator.Access);

        Assert.Equal("deletion_pending", (await App.LoginAsync(Address)).Message);
    }

    [Fact]
    public void Only_the_gate_makes_a_Passed()
    {
        var makers = ArchitectureTests.Architecture.Types.SelectMany(type => type.Members.OfType<MethodMember>())
            .Where(method => method.GetCalledMethods().Any(
                called => called.Name.StartsWith(".ctor(", StringComparison.Ordinal)
                    && called.DeclaringType.FullName == typeof(Passed).FullName))
            .Select(method => method.DeclaringType.FullName.Split('+', '/')[0])
            .Distinct();

        Assert.Equal([typeof(SignInGate).FullName], makers);
    }

    private Task<Answer> LoginAsync(string otp) => App.PostAsync("login", new { username = Address, password = TestApp.Password, otp });

    private async Task FailAsync(int times)
    {
        for (var failures = 0; failures < times; failures++)
        {
            Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "a wrong password")).Message);
        }
    }
}
